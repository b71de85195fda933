"""What the tests put on record, and the fakes that a unit of work is given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, event, func, select, text

from cloudctl.domain.accounts import Account, Actor, Role, permissions_of
from cloudctl.domain.addresses import Supernet
from cloudctl.domain.catalogue import Zone
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.items import ServerItem
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.domain.systems import System
from cloudctl.persistence.engines import Engines
from cloudctl.persistence.tables import counters, metadata
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork, UnitOfWorkFactory
from cloudctl.ports.context import Idempotency, Request
from cloudctl.ports.engine import Start

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ADMIN = Actor(
    account_id=None,
    name="admin",
    department_id=None,
    roles=frozenset({Role.OFFICE_ADMIN}),
    permissions=permissions_of([Role.OFFICE_ADMIN]),
)


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class FakeSecrets:
    """Turns the bytes around."""

    def seal(self, clear: bytes) -> bytes:
        return b"sealed" + clear[::-1]

    def open(self, sealed: bytes) -> bytes:
        return sealed.removeprefix(b"sealed")[::-1]


def enqueue(connection: Connection, starts: Sequence[Start]) -> None:
    """Leaves a row for each in the transaction, as the engine does."""
    for saga, workflow_id, ids, queue_key in starts:
        name = "|".join(("queued", saga, workflow_id, *ids, queue_key))
        connection.execute(counters.insert().values(name=name, value=1))


class Database:
    """Units of work on one database."""

    def __init__(self, engines: Engines, default_quota: int = 0) -> None:
        self.engines = engines
        self.clock = FakeClock()
        self.factory = UnitOfWorkFactory(
            engine=engines.write,
            secrets=FakeSecrets(),
            clock=self.clock,
            enqueue=enqueue,
            default_quota=default_quota,
        )

    def work(self, idempotency: Idempotency | None = None) -> DatabaseUnitOfWork:
        made = self.factory(Request(actor=ADMIN, request_id="req-1", idempotency=idempotency))
        assert isinstance(made, DatabaseUnitOfWork)
        return made

    def rows(self) -> int:
        """The number of rows of all tables."""
        with self.engines.read.connect() as connection:
            return sum(connection.scalar(select(func.count()).select_from(t)) or 0 for t in metadata.tables.values())

    def wait_for_a_waiter(self) -> None:
        """Until a second transaction waits for the first; on SQLite it waits for the one connection that writes."""
        if self.engines.write.dialect.name == "sqlite":
            return
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        deadline = time.monotonic() + 20
        while self.all(waiting) == [(0,)]:
            assert time.monotonic() < deadline, "nobody waits"

    def all(self, statement: Any) -> Any:
        with self.engines.read.connect() as connection:
            return connection.execute(statement).all()


class City:
    """The least that an order needs."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.department = department("civil-affairs")
        self.officer = account("officer", self.department.id)
        self.system = system(self.department.id, "relief")
        self.cloud = Cloud(
            code="sim",
            name="Simulated",
            kind=CloudKind.SIMULATED,
            zones=frozenset({"egov", "dmz"}),
            capacity={Dimension.VCPU: 100, Dimension.SERVERS: 50},
            overcommit={Dimension.VCPU: 2.0},
        )
        self.supernet = Supernet(zone="egov", cidr="10.8.0.0/16")
        with database.work() as uow:
            uow.departments.add(self.department)
            uow.accounts.add(self.officer)
            uow.systems.add(self.system)
            uow.clouds.add(self.cloud)
            uow.catalogue.add(Zone(code="egov", name="政务外网区", name_en="E-government", max_mlps_level=3))
            uow.prefixes.add_supernet(self.supernet)

    def order(self, number: str = "2026-000001", **fields: Any) -> Order:
        """An order on record."""
        made = self.unsaved_order(number, **fields)
        with self.database.work() as uow:
            uow.orders.add(made)
        return made

    def unsaved_order(self, number: str = "2026-000001", **fields: Any) -> Order:
        item = ServerItem(
            name="web", term_months=12, specification="s2", image="debian", network="seg", user_data=b"\x00sealed"
        )
        values: dict[str, Any] = {
            "number": number,
            "department_id": self.department.id,
            "system_id": self.system.id,
            "applicant_id": self.officer.id,
            "title": "两台云主机",
            "purpose": "救灾物资系统",
            "zone": "egov",
            "cloud": "sim",
            "items": [item],
            "created_at": self.database.clock.now(),
        }
        return Order(**(values | fields))

    def limit(self, limit: int, dimension: Dimension = Dimension.SERVERS) -> None:
        with self.database.work() as uow:
            uow.quotas.set_limit(self.department.id, "sim", "egov", dimension, limit)

    def network(self, name: str = "seg", **fields: Any) -> Network:
        return Network(**(self._resource(name) | {"cidr_v4": "10.8.0.0/24"} | fields))

    def server(self, network_id: UUID, name: str = "web-1", **fields: Any) -> Server:
        built = {"specification": "s2", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40, "image": "debian"}
        return Server(**(self._resource(name) | built | {"network_id": network_id} | fields))

    def _resource(self, name: str) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "order_id": None,
            "item": 0,
            "department_id": self.department.id,
            "system_id": self.system.id,
            "cloud": "sim",
            "zone": "egov",
            "name": name,
            "created_at": self.database.clock.now(),
        }


def department(code: str) -> Department:
    return Department(code=code, name=code.title(), level=Level.CITY, created_at=START)


def account(login: str, department_id: UUID | None, role: Role = Role.DEPARTMENT_OFFICER) -> Account:
    return Account(
        login=login,
        name=login.title(),
        email=f"{login}@example.gov.cn",
        department_id=department_id,
        roles=frozenset({role}),
        created_at=START,
    )


def system(department_id: UUID, code: str) -> System:
    return System(
        department_id=department_id, code=code, name=code.title(), mlps_level=2, declared_zombie=False, created_at=START
    )


class Statements:
    """The statements that an engine sends while this is entered."""

    def __init__(self, engines: Engines) -> None:
        self.engine = engines.read
        self.sent: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.sent

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        self.sent.append(statement)
