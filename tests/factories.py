"""A whole installation in this process, for tests: SQLite, one simulated cloud, a seeded city, and a clock that only
the test moves.

    with installation(tmp_path) as city:
        order = city.approved(city.build_items("oa"))       # handed in, signed, approved: its saga is queued
        city.run()                                          # runs what is queued, step by step, in this thread
        assert city.order(order.id).state == "delivered"
        city.cloud.inject(Fault(operation="servers.create", kind=FaultKind.NO_CAPACITY))
        city.clock.move(days=15)

The city is built once in a session and copied for each test. `run` calls sagas as the engine does (each step judged,
each verdict through JSON) without its polling; `city.worker()` starts the real engine instead.
"""

from __future__ import annotations

import json
import shutil
import struct
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text

from cloudctl.bootstrap import App, build
from cloudctl.domain.addresses import Prefix
from cloudctl.domain.blueprints import Catalogue
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.items import AddressItem, DiskAsk, Item, NetworkItem, ServerItem
from cloudctl.domain.orders import Backup, Order
from cloudctl.domain.resources import Resource
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.engine.client import SCHEMA
from cloudctl.engine.steps import judged
from cloudctl.ports.automation import Automation
from cloudctl.ports.certifier import Certifier
from cloudctl.ports.context import Request, platform
from cloudctl.ports.doors import Doors
from cloudctl.ports.names import Names
from cloudctl.ports.notifier import Notifier
from cloudctl.ports.queries import PageAsk
from cloudctl.providers.simulated import SimulatedCloud
from cloudctl.services import clouds, decisions, orders, systems
from cloudctl.services.orders import OrderForm
from cloudctl.workflows import SAGAS
from tests.seeds import (
    CLOUD,
    EXTERNAL,
    LIMITS,
    PEOPLE,
    ROOM,
    ZONE,
    Clock,
    Seed,
    department,
    person,
    seeded,
    settings_for,
    shipped_blueprints,
    shipped_policies,
)
from tests.waiting import until

T = TypeVar("T")
_ENDED = {
    name: text(f"UPDATE {place}workflow_status SET status = 'SUCCESS' WHERE workflow_uuid = :id")
    for name, place in (("sqlite", ""), ("postgresql", f"{SCHEMA}."))
}


def ssh_key(comment: str = "li@fgw") -> str:
    """A public key that is well formed."""
    kind, public = b"ssh-ed25519", bytes(range(32))
    blob = struct.pack(">I", len(kind)) + kind + struct.pack(">I", len(public)) + public
    return f"ssh-ed25519 {b64encode(blob).decode()} {comment}"


@dataclass
class Installed:
    """An installation and who is in it; `ids` has the departments fgw and czj, their systems oa and ys, the people."""

    app: App = field(repr=False)
    clock: Clock
    directory: Path
    seed: Seed = field(repr=False)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)

    @property
    def ctx(self) -> Any:
        return self.app.context

    @property
    def people(self) -> dict[str, Request]:
        return self.seed.people

    @property
    def secrets(self) -> dict[str, str]:
        """Everybody's API token."""
        return self.seed.secrets

    @property
    def ids(self) -> dict[str, UUID]:
        return self.seed.ids

    @property
    def record(self) -> Cloud:
        """The cloud on record."""
        return self.read(lambda uow: uow.clouds.by_code(CLOUD))

    @property
    def cloud(self) -> SimulatedCloud:
        """The simulated cloud itself: faults go in here, and its inventory is the truth."""
        return self.simulated(CLOUD)

    def simulated(self, code: str) -> SimulatedCloud:
        """The simulated cloud of a code."""
        record = self.read(lambda uow: uow.clouds.by_code(code))
        return self.ctx.clouds.provider(record).cloud  # type: ignore[no-any-return]

    def second(self, code: str = "sim-2", **fields: Any) -> SimulatedCloud:
        """Another cloud of the zone, registered where it is not yet, with the same quota for the department."""
        seed = platform("seed")
        if code not in {cloud.code for cloud in self.read(lambda uow: list(uow.clouds.all()))}:
            values = {"name": code, "zones": frozenset({ZONE}), "capacity": dict(ROOM), "external_network": EXTERNAL}
            clouds.register(self.ctx, seed, code=code, kind=CloudKind.SIMULATED, **values | fields)
        with self.ctx.unit_of_work(seed) as uow:
            for dimension, limit in LIMITS.items():
                uow.quotas.set_limit(self.ids["fgw"], code, ZONE, dimension, limit)
        return self.simulated(code)

    def read(self, look: Callable[[Any], T]) -> T:
        """What `look` finds through a unit of work."""
        with self.ctx.unit_of_work(platform("test")) as uow:
            return look(uow)

    def order(self, key: UUID) -> Order:
        return self.read(lambda uow: uow.orders.get(key))

    def resource(self, key: UUID) -> Any:
        return self.read(lambda uow: uow.resources.get(key))

    def resources(self, order: Order) -> dict[str, Any]:
        """What an order asked for, by name."""
        return {resource.name: resource for resource in self.read(lambda uow: uow.resources.of_order(order.id))}

    def claimed(self, order: Order) -> list[Resource]:
        return self.read(lambda uow: list(uow.resources.claimed_by(order.id)))

    def prefixes(self, order: Order) -> list[Prefix]:
        return self.read(lambda uow: list(uow.prefixes.of_order(order.id)))

    def ledger(self, department: str = "fgw", cloud: str = CLOUD) -> dict[str, tuple[int, int]]:
        """(held, committed) by dimension."""
        accounts_ = self.read(lambda uow: uow.quotas.of(self.ids[department], cloud, ZONE))
        return {dimension.value: (quota.held, quota.committed) for dimension, quota in accounts_.items()}

    def progress(self, order: Order) -> list[str]:
        """The messages of an order's progress lines."""
        return [row.message for row in self.ctx.queries.progress_of(order.id)]

    def rows(self) -> dict[str, int]:
        """How many rows each table of the database has: the domain's and the engine's."""
        with self.app.engines.read.connect() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}

    def audited(self, **fields: object) -> list[dict[str, Any]]:
        """The audit events whose fields equal these, oldest first, as they are exported."""
        with self.app.engines.read.connect() as connection:
            records = connection.execute(text("SELECT record FROM audit_events ORDER BY at, id")).scalars().all()
        events = [msgspec.json.decode(record) for record in records]
        return [event for event in events if all(event[name] == value for name, value in fields.items())]

    def objects(self, order: Order, cloud: str = CLOUD) -> Counter[str]:
        """How many objects of a cloud's own list carry each key of the order's resources."""
        keys = {str(resource.id) for resource in self.read(lambda uow: uow.resources.of_order(order.id))}
        return Counter(item.key for item in self.simulated(cloud).inventory() if item.key in keys)

    def stranded(self, department: str = "fgw") -> list[str]:
        """Objects of a department's tenants in the cloud that are no active or retained resource on record."""
        inventory = self.cloud.inventory()
        tenants = {item.backend_id for item in inventory if item.key == str(self.ids[department])}
        kept = {
            str(row.id)
            for listing in ("servers", "volumes", "networks", "addresses")
            for state in ("active", "retained")
            for row in getattr(self.ctx.queries, listing)
            .page(self.ids[department], {"state": state}, PageAsk(limit=200))
            .items
        }
        things = [item for item in inventory if item.tenant in tenants and item.kind != "image"]
        return [f"{item.kind} {item.name}" for item in things if item.key not in kept]

    def apart(self) -> Installed:
        """The same installation for a new department with its own people, system, quota and tenant."""
        code = f"d{uuid4().hex[:8]}"
        people, secrets, ids = dict(self.seed.people), dict(self.seed.secrets), dict(self.seed.ids)
        ids["fgw"] = department(self.ctx, code, code)
        for login in ("officer", "head"):
            role, _ = PEOPLE[login]
            people[login], secrets[login], ids[login] = person(self.ctx, f"{login}-{code}", role, ids["fgw"])
        system = {"code": f"oa-{code}", "name": code, "mlps_level": 2, "no_state_secrets": True}
        ids["oa"] = systems.create(self.ctx, people["officer"], **system).id
        return replace(self, seed=Seed(self.seed.directory, people, secrets, ids), verdicts=[])

    def form(self, items: list[Item], **changes: Any) -> OrderForm:
        """A form that no policy denies."""
        values: dict[str, Any] = {
            "system_id": self.ids["oa"],
            "title": "OA 上云",
            "purpose": "办公系统",
            "zone": ZONE,
            "contact_name": "李",
            "contact_phone": "0532-1",
            "backup": Backup.DAILY,
            "project_document": "发改〔2026〕12号",
            "no_state_secrets": True,
            "items": items,
        }
        return OrderForm(**values | changes)

    def build_items(self, name: str = "oa", *, count: int = 2, disks: int = 1, address: bool = False) -> list[Item]:
        """A network, servers on it with data volumes, and an address for the first, if wanted."""
        items: list[Item] = [
            NetworkItem(name=f"{name}-net", prefix_length=26, ipv6=True, term_months=12),
            ServerItem(
                name=name,
                count=count,
                specification="s2",
                image="openeuler",
                network=f"{name}-net",
                disks=(DiskAsk(size_gib=100),) * disks,
                ssh_keys=(ssh_key(),),
                user_data=b"#cloud-config\n",
                term_months=12,
            ),
        ]
        return [*items, AddressItem(server=f"{name}-1", term_months=12)] if address else items

    def submitted(self, items: list[Item], **changes: Any) -> Order:
        return orders.create(self.ctx, self.people["officer"], self.form(items, **changes), submit=True)

    def signed(self, items: list[Item], **changes: Any) -> Order:
        return decisions.sign_off(self.ctx, self.people["head"], self.submitted(items, **changes).id)

    def approved(self, items: list[Item], **changes: Any) -> Order:
        """Through the department and the office; its saga is queued."""
        order = self.signed(items, **changes)
        if order.state == "signed_off":
            order = decisions.approve(self.ctx, self.people["office-admin"], order.id)
        assert order.state == "approved", order.state
        return order

    def carried_out(self, items: list[Item], **changes: Any) -> Order:
        """Approved and run to wherever it ends."""
        order = self.approved(items, **changes)
        self.run()
        return self.order(order.id)

    def delivered(self, items: list[Item], **changes: Any) -> Order:
        order = self.carried_out(items, **changes)
        assert order.state == "delivered", (order.state, order.last_error)
        return order

    def run(self) -> list[tuple[str, Verdict]]:
        """Runs every queued saga to its end, oldest first; answers each saga's name and last verdict."""
        ended = []
        while queued := self.queued():
            for workflow in queued:
                saga = next(saga for saga in SAGAS if saga.name == workflow.saga)
                ended.append((saga.name, saga.body(self.steps_of(saga), *workflow.input)))
                with self.app.engine_database.begin() as connection:
                    connection.execute(_ENDED[connection.dialect.name], {"id": workflow.id})
        return ended

    def queued(self) -> list[Any]:
        """The workflows that wait in the engine's queue, oldest first."""
        return list(reversed(self.ctx.workflows.recent(status="ENQUEUED", limit=1000)))

    def steps_of(self, saga: Saga) -> SimpleNamespace:
        """A saga's steps as its body sees them; what they answer is kept in `verdicts`."""
        return SimpleNamespace(**{step.__name__: self._checkpointed(step) for step in saga.steps})

    def _checkpointed(self, step: Callable[..., Verdict]) -> Callable[..., Verdict]:
        def call(*ids: Any) -> Verdict:
            verdict: Verdict = json.loads(json.dumps(judged(step, self.ctx, *ids)))
            self.verdicts.append((step.__name__, verdict))
            return verdict

        return call

    @contextmanager
    def worker(self) -> Iterator[None]:
        """The real engine and the regular jobs, for the block."""
        self.app.start_worker()
        try:
            yield
        finally:
            left = self.app.stop_worker()
            assert left == 0, f"{left} steps hang"

    def wait(self, order: Order, *states: str, within_s: float = 30) -> Order:
        """With a worker: the order once it is in one of the states."""
        until(lambda: self.order(order.id).state in states, within_s=within_s, what=lambda: self.order(order.id))
        return self.order(order.id)


@contextmanager
def installation(
    tmp_path: Path,
    *,
    notifier: Notifier | None = None,
    clock: Clock | None = None,
    automation: Automation | None = None,
    names: Names | None = None,
    doors: Doors | None = None,
    certifier: Certifier | None = None,
    blueprints: Catalogue | None = None,
    seed: Seed | None = None,
    **settings: Any,
) -> Iterator[Installed]:
    """A fresh copy of the city in `tmp_path`, or of another one that has stopped; `settings` are fields of Settings."""
    seed = seed or seeded()
    directory = tmp_path / "city"
    shutil.copytree(seed.directory, directory)
    clock = clock or Clock()
    wanted = settings_for(directory, **settings)
    app = build(
        wanted,
        policies=None if wanted.policies_dir else shipped_policies(),
        blueprints=None if wanted.apps.blueprints_dir else blueprints or shipped_blueprints(),
        clock=clock,
        notifier=notifier,
        automation=automation,
        names=names,
        doors=doors,
        certifier=certifier,
    )
    try:
        yield Installed(app=app, clock=clock, directory=directory, seed=seed)
    finally:
        app.stop()
