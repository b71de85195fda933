"""All reads on one engine; implements `ports.queries.Queries`.

queries = DatabaseQueries(engines.read)
queries.servers.page(actor.department_id, {"state": "active"}, PageAsk(limit=50))
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, literal, select

from cloudctl.persistence.queries import accounts, answers, catalogue, clouds, gauges, progress, resources
from cloudctl.persistence.queries.audit import AUDIT
from cloudctl.persistence.queries.departments import DEPARTMENTS
from cloudctl.persistence.queries.exemptions import EXEMPTIONS
from cloudctl.persistence.queries.notices import NOTICES
from cloudctl.persistence.queries.orders import ORDERS
from cloudctl.persistence.queries.prefixes import PREFIXES
from cloudctl.persistence.queries.quotas import QUOTAS
from cloudctl.persistence.queries.systems import SYSTEMS
from cloudctl.ports.queries import Capacity, KeptAnswer, TokenOwner
from cloudctl.ports.queries.rows import ProgressRow

_ANYTHING = select(literal(1))


class DatabaseQueries:
    """Lists as attributes, one a noun; the rest as methods."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.departments = DEPARTMENTS.reader(engine)
        self.accounts = accounts.ACCOUNTS.reader(engine)
        self.tokens = accounts.TOKENS.reader(engine)
        self.systems = SYSTEMS.reader(engine)
        self.clouds = clouds.CLOUDS.reader(engine)
        self.orders = ORDERS.reader(engine)
        self.servers = resources.SERVERS.reader(engine)
        self.volumes = resources.VOLUMES.reader(engine)
        self.networks = resources.NETWORKS.reader(engine)
        self.addresses = resources.ADDRESSES.reader(engine)
        self.prefixes = PREFIXES.reader(engine)
        self.quotas = QUOTAS.reader(engine)
        self.exemptions = EXEMPTIONS.reader(engine)
        self.audit = AUDIT.reader(engine)
        self.notices = NOTICES.reader(engine)

    def catalogue(self) -> dict[str, list[dict[str, object]]]:
        return catalogue.catalogue(self._engine)

    def capacity(self, cloud: str | None = None) -> list[Capacity]:
        return clouds.capacity(self._engine, cloud)

    def progress_of(self, order_id: UUID, after: int = 0, limit: int = 500) -> list[ProgressRow]:
        return progress.progress_of(self._engine, order_id, after, limit)

    def progress_since(self, after: int, limit: int = 1000) -> list[ProgressRow]:
        return progress.progress_since(self._engine, after, limit)

    def last_progress(self) -> int:
        return progress.last_progress(self._engine)

    def gauges(self, now: datetime) -> dict[str, float]:
        return gauges.gauges(self._engine, now)

    def token_owner(self, digest: bytes) -> TokenOwner | None:
        return accounts.token_owner(self._engine, digest)

    def kept_answer(self, account_id: UUID, key: str) -> KeptAnswer | None:
        return answers.kept_answer(self._engine, account_id, key)

    def check(self) -> None:
        with self._engine.connect() as connection:
            connection.execute(_ANYTHING)
