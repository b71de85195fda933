"""All reads on one engine; implements `ports.queries.Queries`.

queries = DatabaseQueries(engines.read, clock, rhythm)
queries.servers.page(actor.department_id, {"state": "active"}, PageAsk(limit=50))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Engine, literal, select

from cloudctl.domain.accounts import Actor
from cloudctl.domain.hosts import Inventory
from cloudctl.domain.syncs import Rhythm
from cloudctl.persistence.queries import (
    accounts,
    answers,
    capacity,
    catalogue,
    channels,
    checks,
    clouds,
    deputies,
    drift,
    gauges,
    hosts,
    inventory,
    progress,
    ratings,
    resources,
    rooms,
    runs,
    shadows,
    syncs,
    todo,
)
from cloudctl.persistence.queries.access_grants import ACCESS_GRANTS
from cloudctl.persistence.queries.accesses import ACCESSES
from cloudctl.persistence.queries.adoptions import ADOPTION_RULES, ADOPTIONS, TAKINGS
from cloudctl.persistence.queries.apps import APP_ACTS, APP_BACKUPS, APPS
from cloudctl.persistence.queries.assessments import ASSESSMENTS
from cloudctl.persistence.queries.attachments import ATTACHMENTS
from cloudctl.persistence.queries.audit import AUDIT
from cloudctl.persistence.queries.authorities import AUTHORITIES, CERTIFICATES
from cloudctl.persistence.queries.campaigns import CAMPAIGNS
from cloudctl.persistence.queries.cases import CASES
from cloudctl.persistence.queries.clearings import CLEARINGS
from cloudctl.persistence.queries.colocations import COLOCATIONS
from cloudctl.persistence.queries.departments import DEPARTMENTS
from cloudctl.persistence.queries.dependencies import DEPENDENCIES
from cloudctl.persistence.queries.devices import DEVICES
from cloudctl.persistence.queries.emergencies import EMERGENCIES
from cloudctl.persistence.queries.evidence import EVIDENCE
from cloudctl.persistence.queries.exemptions import EXEMPTIONS
from cloudctl.persistence.queries.freezes import FREEZES
from cloudctl.persistence.queries.letters import LETTERS
from cloudctl.persistence.queries.months import MonthReader
from cloudctl.persistence.queries.notices import NOTICES
from cloudctl.persistence.queries.opinions import OPINIONS
from cloudctl.persistence.queries.orders import ORDERS
from cloudctl.persistence.queries.prefixes import PREFIXES
from cloudctl.persistence.queries.quotas import QUOTAS, quota_sums
from cloudctl.persistence.queries.racks import RACKS
from cloudctl.persistence.queries.reclaims import ReclaimReader
from cloudctl.persistence.queries.register import RegisterReader
from cloudctl.persistence.queries.secrets import SECRETS
from cloudctl.persistence.queries.standings import StandingReader
from cloudctl.persistence.queries.supervision import CARDS, DUE
from cloudctl.persistence.queries.systems import SYSTEMS
from cloudctl.persistence.queries.systems_due import DueReader
from cloudctl.persistence.queries.telemetry import TelemetryReader
from cloudctl.persistence.queries.transfers import TRANSFERS
from cloudctl.persistence.queries.usage import UsageReader
from cloudctl.persistence.queries.waste import WASTE
from cloudctl.persistence.queries.waves import MOVES, READINESS, SLIPS, STEPS, WAVES
from cloudctl.persistence.queries.waves import moment as wave_day
from cloudctl.persistence.queries.zombies import (
    PURPOSES,
    VERDICTS,
    ZOMBIE_EXEMPTIONS,
    ZOMBIES,
    ZombieReader,
)
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.capacities import Capacity, QuotaSum
from cloudctl.ports.queries.identities import KeptAnswer, Principal, TokenOwner
from cloudctl.ports.queries.rows import ChannelRow, ProgressRow, RatingSummary, RunEventsRow, ShadowCount, TodoRow

_ANYTHING = select(literal(1))


class DatabaseQueries:
    """Lists as attributes, one a noun; the rest as methods. By the `clock` and the `rhythm` a cloud's figures age."""

    def __init__(self, engine: Engine, clock: Clock, rhythm: Rhythm) -> None:  # noqa: PLR0915 - one line a list
        self._engine = engine
        self._clock = clock
        moment = partial(syncs.moment, clock, rhythm)
        self.departments = DEPARTMENTS.reader(engine)
        self.accounts = accounts.ACCOUNTS.reader(engine)
        self.tokens = accounts.TOKENS.reader(engine)
        self.systems = SYSTEMS.reader(engine, self._present)
        self.systems_due = DueReader(engine, clock)
        self.dependencies = DEPENDENCIES.reader(engine)
        self.register = RegisterReader(engine)
        self.standings = StandingReader(engine, moment)
        self.months = MonthReader(engine)
        self.reclaims = ReclaimReader(engine)
        self.telemetry = TelemetryReader(engine)
        self.usage = UsageReader(engine)
        self.evidence = EVIDENCE.reader(engine)
        self.cases = CASES.reader(engine)
        self.campaigns = CAMPAIGNS.reader(engine)
        self.clearings = CLEARINGS.reader(engine)
        self.runs = runs.RUNS.reader(engine)
        self.rooms = rooms.ROOMS.reader(engine, partial(rooms.moment, clock))
        self.racks = RACKS.reader(engine, moment)
        self.devices = DEVICES.reader(engine, moment)
        self.colocations = COLOCATIONS.reader(engine, moment)
        self.accesses = ACCESSES.reader(engine, moment)
        self.clouds = clouds.CLOUDS.reader(engine, moment)
        self.orders = ORDERS.reader(engine)
        self.servers = resources.SERVERS.reader(engine)
        self.volumes = resources.VOLUMES.reader(engine)
        self.networks = resources.NETWORKS.reader(engine)
        self.addresses = resources.ADDRESSES.reader(engine)
        self.prefixes = PREFIXES.reader(engine)
        self.quotas = QUOTAS.reader(engine)
        self.attachments = ATTACHMENTS.reader(engine)
        self.exemptions = EXEMPTIONS.reader(engine)
        self.freezes = FREEZES.reader(engine)
        self.due = DUE.reader(engine)
        self.cards = CARDS.reader(engine)
        self.ratings = ratings.RATINGS.reader(engine)
        self.deputies = deputies.DEPUTIES.reader(engine)
        self.emergencies = EMERGENCIES.reader(engine)
        self.transfers = TRANSFERS.reader(engine)
        self.drift = drift.DRIFT.reader(engine, moment)
        self.adoption_rules = ADOPTION_RULES.reader(engine)
        self.adoptions = ADOPTIONS.reader(engine)
        self.takings = TAKINGS.reader(engine)
        self.audit = AUDIT.reader(engine)
        self.notices = NOTICES.reader(engine)
        self.opinions = OPINIONS.reader(engine)
        self.letters = LETTERS.reader(engine)
        self.inventory = inventory.InventoryReader(engine, moment)
        self.inventory_changes = inventory.CHANGES.reader(engine)
        self.syncs = syncs.SYNCS.reader(engine)
        self.assessments = ASSESSMENTS.reader(engine)
        day = partial(wave_day, clock)
        self.waves = WAVES.reader(engine, day)
        self.moves = MOVES.reader(engine)
        self.move_steps = STEPS.reader(engine, day)
        self.slips = SLIPS.reader(engine)
        self.readiness = READINESS.reader(engine)
        self.apps = APPS.reader(engine)
        self.app_acts = APP_ACTS.reader(engine)
        self.app_backups = APP_BACKUPS.reader(engine)
        self.checks = checks.CHECKS.reader(engine)
        self.check_results = checks.CHECK_RESULTS.reader(engine)
        self.incidents = checks.INCIDENTS.reader(engine)
        self.maintenance = checks.MAINTENANCE.reader(engine)
        self.app_outcomes = partial(checks.outcomes, engine)
        self.shadows = shadows.SHADOWS.reader(engine)
        self.sweeps = shadows.SWEEPS.reader(engine)
        self.waste = WASTE.reader(engine)
        self.candidates = ZombieReader(engine)
        self.zombies = ZOMBIES.reader(engine)
        self.verdicts = VERDICTS.reader(engine)
        self.purposes = PURPOSES.reader(engine)
        self.zombie_exemptions = ZOMBIE_EXEMPTIONS.reader(engine)
        self.hosts = hosts.HOSTS.reader(engine)
        self.secrets = SECRETS.reader(engine)
        self.authorities = AUTHORITIES.reader(engine)
        self.certificates = CERTIFICATES.reader(engine)
        self.access_grants = ACCESS_GRANTS.reader(engine)

    def _present(self) -> dict[str, object]:
        return {"now": self._clock.now()}

    def catalogue(self) -> dict[str, list[dict[str, object]]]:
        return catalogue.catalogue(self._engine)

    def capacity(self, cloud: str | None = None, zone: str | None = None) -> list[Capacity]:
        return capacity.capacity(self._engine, self._clock, cloud, zone)

    def rating_summary(self, scope: Scope, now: datetime) -> RatingSummary:
        return ratings.summary(self._engine, scope, now)

    def shadow_counts(self, scope: Scope, at: datetime) -> Sequence[ShadowCount]:
        return shadows.counts(self._engine, scope, at)

    def host_inventory(self, scope: Scope) -> Inventory:
        return hosts.inventory(self._engine, scope)

    def quota_sums(self, scope: Scope) -> list[QuotaSum]:
        return quota_sums(self._engine, scope)

    def run_events_of(self, run_id: UUID, after: int = 0, limit: int = 500) -> list[RunEventsRow]:
        return runs.run_events_of(self._engine, run_id, after, limit)

    def run_events_since(self, run_ids: Sequence[UUID], after: int, limit: int = 1000) -> list[RunEventsRow]:
        return runs.run_events_since(self._engine, run_ids, after, limit)

    def last_run_events(self) -> int:
        return runs.last_run_events(self._engine)

    def progress_of(self, order_id: UUID, after: int = 0, limit: int = 500) -> list[ProgressRow]:
        return progress.progress_of(self._engine, order_id, after, limit)

    def progress_since(self, after: int, limit: int = 1000) -> list[ProgressRow]:
        return progress.progress_since(self._engine, after, limit)

    def last_progress(self) -> int:
        return progress.last_progress(self._engine)

    def channels(self) -> list[ChannelRow]:
        return channels.all_of_them(self._engine)

    def gauges(self, now: datetime) -> dict[str, float]:
        return gauges.gauges(self._engine, now) | syncs.gauges(self._engine, now) | drift.gauges(self._engine)

    def token_owner(self, digest: bytes) -> TokenOwner | None:
        return accounts.token_owner(self._engine, digest)

    def principals(self, deputy_id: UUID, now: datetime, login: str | None = None) -> list[Principal]:
        return deputies.principals(self._engine, deputy_id, now, login)

    def todo(self, actors: Sequence[Actor], limit: int) -> list[TodoRow]:
        return todo.todo(self._engine, actors, limit, self._clock.now())

    def kept_answer(self, account_id: UUID, key: str) -> KeptAnswer | None:
        return answers.kept_answer(self._engine, account_id, key)

    def check(self) -> None:
        with self._engine.connect() as connection:
            connection.execute(_ANYTHING)
