"""Indicators over a history: what was kept for a day is what the register and the evidence give for it ever after."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.devices import Device, DeviceKind, DeviceStatus
from cloudctl.domain.errors import Invalid
from cloudctl.domain.evidence import Evidence, EvidenceKind, Source, Subject
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.indicators import ALL, CITY
from cloudctl.domain.rooms import Room, RoomCategory, RoomKind, RoomStatus
from cloudctl.domain.standings import Standing
from cloudctl.governance.consolidation.evidence import judge_system
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import departments, departments_versions, evidence, indicator_snapshots
from cloudctl.policy.measures import load
from cloudctl.policy.registry import shipped
from cloudctl.ports.context import Request, platform
from cloudctl.services import indicators
from cloudctl.services.explanations import system_facts
from tests.persistence.records import ADMIN, START, City, Database, system

MEASURES = load(shipped())


@dataclass
class History:
    """A register that lives: systems, rooms and devices come, change and are looked at, one act after the other."""

    database: Database
    city: City
    queries: DatabaseQueries

    def __post_init__(self) -> None:
        self.systems: list[UUID] = []
        self.rooms: list[UUID] = []
        self.devices: list[UUID] = []
        district = Department(code="qu-1", name="一区", level=Level.DISTRICT, created_at=START)
        with self.database.work() as uow:
            uow.departments.add(district)
        self.departments = [self.city.department.id, district.id]

    @property
    def ctx(self) -> Any:
        return SimpleNamespace(
            clock=self.database.clock,
            queries=self.queries,
            measures=MEASURES,
            unit_of_work=self.database.factory,
        )

    @property
    def today(self) -> date:
        return today_for_people(self.database.clock.now())

    def act(self, random: Random) -> None:
        acts = (
            self.new_system, self.new_room, self.new_device, self.change, self.change, self.see, self.see, self.reform,
        )  # fmt: skip
        random.choice(acts)(random)

    def new_system(self, random: Random) -> None:
        made = system(random.choice(self.departments), f"s-{uuid4().hex[:8]}")
        made.system_class = random.choice(("business", "website", None))
        made.data_items = random.choice((None, 10))
        made.data_items_provided = None if made.data_items is None else random.randint(0, 10)
        with self.database.work() as uow:
            uow.systems.add(made)
        self.systems.append(made.id)

    def new_room(self, random: Random) -> None:
        with self.database.work() as uow:
            made = Room(
                code=f"r-{uuid4().hex[:8]}", name="机房", department_id=random.choice(self.departments),
                kind=random.choice(list(RoomKind)), category=random.choice(list(RoomCategory)),
                area_m2=random.choice((None, 12.5)), power_kw=random.choice((None, 8.0)), created_at=uow.now,
            )  # fmt: skip
            uow.rooms.add(made)
        self.rooms.append(made.id)

    def new_device(self, random: Random) -> None:
        with self.database.work() as uow:
            made = Device(
                code=f"d-{uuid4().hex[:8]}", kind=DeviceKind.SERVER, department_id=random.choice(self.departments),
                room_id=random.choice([*self.rooms, None]), system_id=random.choice([*self.systems, None]),
                virtual_host=True, vm_count=random.choice((None, 4)), created_at=uow.now,
            )  # fmt: skip
            uow.devices.add(made)
        self.devices.append(made.id)

    def change(self, random: Random) -> None:
        noun, keys, fields = random.choice(
            (
                ("systems", self.systems, {"status": ("in_use", "migrating", "on_platform"), "layer": ("city", None)}),
                ("rooms", self.rooms, {"status": tuple(RoomStatus), "kind": tuple(RoomKind), "area_m2": (None, 40.0)}),
                ("devices", self.devices, {"status": tuple(DeviceStatus), "vm_count": (None, 7)}),
            )
        )
        if keys:
            name = random.choice(sorted(fields))
            with self.database.work() as uow:
                setattr(getattr(uow, noun).get(random.choice(keys)), name, random.choice(fields[name]))

    def see(self, random: Random) -> None:
        kind = random.choice([kind for kind in EvidenceKind if kind is not EvidenceKind.CASE_PROOF])
        about_systems = kind in _OF_SYSTEMS
        keys = self.systems if about_systems else self.rooms
        if not keys:
            return
        with self.database.work() as uow:
            device = random.choice([uow.devices.get(key).code for key in self.devices] or [""])
            seen_at = uow.now - timedelta(hours=random.choice((0, 0, 30, 400)))  # what is told late
            uow.evidence.add(
                Evidence(
                    subject_kind=Subject.SYSTEM if about_systems else Subject.ROOM, subject_id=random.choice(keys),
                    department_id=random.choice(self.departments), kind=kind,
                    about=device if kind is EvidenceKind.TRAFFIC_READING else "", value=_VALUES.get(kind, {}),
                    holds=random.random() < 0.8, observed_at=seen_at,
                    expires_at=MEASURES.evidence.expires_at(kind, seen_at), source=Source.PERSON,
                    by=None, for_account_id=random.choice((uuid4(), self.city.officer.id)),
                    digest=random.choice(("aa", "bb", uuid4().hex)), name="x.jpg", created_at=uow.now,
                )
            )  # fmt: skip

    def reform(self, random: Random) -> None:
        """The tree changes: a unit comes, moves with what stands below it, rises or falls, or is merged."""
        random.choice((self.new_unit, self.move_unit, self.raise_unit, self.merge_unit))(random)

    def new_unit(self, random: Random) -> None:
        made = Department(
            code=f"u-{uuid4().hex[:8]}", name="中心", level=random.choice((Level.CITY, Level.TOWNSHIP)),
            created_at=self.database.clock.now(),
        )  # fmt: skip
        with self.database.work() as uow, suppress(Invalid):
            made.stand_below(uow.departments.get(random.choice(self.departments)))
            uow.departments.add(made)
            self.departments.append(made.id)

    def move_unit(self, random: Random) -> None:
        with self.database.work() as uow, suppress(Invalid):
            unit = uow.departments.get(random.choice(self.departments))
            path, upper = unit.path, random.choice([*self.departments, None])
            unit.stand_below(None if upper is None else uow.departments.get(upper))
            uow.departments.carry_along(unit, path)

    def raise_unit(self, random: Random) -> None:
        units = self.departments[2:]
        if units:
            with self.database.work() as uow, suppress(Invalid):
                unit = uow.departments.get(random.choice(units))
                upper = None if unit.parent_id is None else uow.departments.get(unit.parent_id)
                unit.rise_to(random.choice(list(Level)), upper, uow.departments.units(unit.id))

    def merge_unit(self, random: Random) -> None:
        units = self.departments[2:]
        if not units:
            return
        key = random.choice(units)
        with self.database.work() as uow:
            unit = uow.departments.get(key)
            if uow.departments.units(key):
                return
            heir = uow.departments.get(random.choice([one for one in self.departments if one != key]))
            unit.retire(uow.now, heir)
            for records in (uow.systems, uow.rooms, uow.devices):
                for thing in records.of_department(key):
                    thing.department_id = heir.id
        self.departments.remove(key)

    def keep(self) -> int:
        return indicators.keep(self.ctx, platform("job"))


_OF_SYSTEMS = {
    EvidenceKind.RESOURCES_SYNCED, EvidenceKind.CHECK_ANSWERS, EvidenceKind.OLD_SERVERS, EvidenceKind.TRAFFIC_READING,
}  # fmt: skip
_VALUES: dict[EvidenceKind, dict[str, Any]] = {
    EvidenceKind.RESOURCES_SYNCED: {"servers": [{"name": "a", "cloud": "c", "seen": "stopped"}]},
    EvidenceKind.CHECK_ANSWERS: {"url": "https://a", "answered": True},
    EvidenceKind.TRAFFIC_READING: {"bytes_per_day": 1},
    EvidenceKind.POWER_READING: {"it_power_w": 1},
    EvidenceKind.NONE_RACKED: {"racked": 1},
    EvidenceKind.CIRCUITS_CUT: {"circuits_left": 1},
}


@pytest.fixture
def history(database: Database, city: City, queries: DatabaseQueries) -> History:
    return History(database, city, queries)


@pytest.mark.parametrize("seed", range(5))
def test_replaying_the_history_to_any_day_gives_what_was_kept_for_it(history: History, seed: int) -> None:
    random = Random(seed)
    days = []
    for _ in range(12):
        for _ in range(random.randint(4, 14)):
            history.act(random)
            history.database.clock.sleep(random.randint(0, 4000))
        history.reform(random)
        days.append(history.today)
        history.database.clock.sleep(86_400)
        assert history.keep() > 0
        assert history.keep() == 0, "a day is kept once"
    names = [one.name for one in MEASURES.indicators]
    for scope in (ALL, CITY, "qu-1"):
        kept = history.queries.standings.snapshots(names, scope, days[0], days[-1])
        assert {one.day for one in kept} >= set(days)
        for day in days:
            told = {
                (line.definition.name, line.definition.version): line.figure
                for line in indicators.figures(history.ctx, _asking(), day=day, scope=scope)
            }
            for one in (one for one in kept if one.day == day):
                figure = told[one.name, one.version]
                for name in ("numerator", "denominator", "claimed", "excluded", "seen_from", "seen_until"):
                    assert getattr(figure, name) == getattr(one, name), (day, scope, one.name, name)
    assert len({(one.name, one.numerator, one.denominator) for one in kept}) > len(names), "nothing ever changed"
    units, versions = (len(history.database.all(table.select())) for table in (departments, departments_versions))
    assert versions > units > 2, "the tree never changed"


@pytest.mark.parametrize("seed", range(3, 6))
def test_the_census_counts_what_the_judge_of_each_system_says(history: History, seed: int) -> None:
    """One rule, two ways to it: a system explained by itself, and one line of the statement that counts all."""
    random = Random(seed)
    for _ in range(160):
        history.act(random)
        history.database.clock.sleep(random.randint(0, 9000))
    at = history.database.clock.now()
    judged: dict[str, int] = {}
    for key in history.systems:
        subject = history.queries.standings.system(key, at)
        assert subject is not None
        told = judge_system(system_facts(history.ctx, subject, at), subject.evidence, at=at)
        judged[told.verified] = judged.get(told.verified, 0) + 1
    census = indicators.taken(history.ctx, at, MEASURES.indicators)
    counted: dict[str, int] = {}
    for group in census.groups:
        if group.noun == "systems":
            counted[str(group.fields["verified"])] = counted.get(str(group.fields["verified"]), 0) + group.count
    counted["unproven"] -= 1  # the city's own system, which nobody looked at
    assert {k: v for k, v in counted.items() if v} == judged
    assert {Standing.CONTRADICTED.value, Standing.UNPROVEN.value} <= set(judged)


def test_evidence_and_kept_days_are_never_changed(history: History, database: Database) -> None:
    random = Random(1)
    history.new_system(random)
    while not database.all(evidence.select()):
        history.see(random)
    history.database.clock.sleep(86_400)
    history.keep()
    for statement in (
        update(evidence).values(holds=False),
        delete(evidence),
        update(indicator_snapshots).values(numerator=1.0),
        delete(indicator_snapshots),
    ):
        with pytest.raises(IntegrityError), database.engines.write.begin() as connection:
            connection.execute(statement)
    if database.engines.write.dialect.name == "postgresql":
        with pytest.raises(IntegrityError), database.engines.write.begin() as connection:
            connection.execute(text("TRUNCATE evidence"))


def test_a_server_counts_from_its_first_sight_until_it_is_gone(history: History, city: City) -> None:
    start = history.database.clock.now()
    network = city.network()
    made = city.server(network.id)
    with history.database.work() as uow:
        uow.resources.add(network)
        uow.resources.add(made)
    assert _servers(history) == 0, "no sync has seen it"
    history.database.clock.sleep(60)
    with history.database.engines.write.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO inventory_objects (id, cloud, kind, native_id, name, status, facts, fingerprint, state, "
                "misses, resource_id, first_seen_at, seen_at, changed_at) VALUES (:id, 'sim', 'server', 'n', 'web-1', "
                "'active', :facts, 1, 'present', 0, :server, :now, :now, :now)"
            ),
            {
                "id": _id(history, new_id()), "server": _id(history, made.id), "now": history.database.clock.now()
                if history.database.engines.write.dialect.name == "postgresql"
                else history.database.clock.now().replace(tzinfo=None),
                "facts": '{"kind":"server","native_id":"n","name":"web-1"}',
            },
        )  # fmt: skip
    assert _servers(history) == 1
    seen = history.database.clock.now()
    history.database.clock.sleep(60)
    with history.database.work() as uow:
        uow.resources.get(made.id).gone_at = uow.now
    assert _servers(history) == 0
    assert _servers(history, lambda: seen) == 1
    assert _servers(history, lambda: start) == 0


def _servers(history: History, when: Callable[[], Any] | None = None) -> int:
    at = when() if when else history.database.clock.now()
    census = indicators.taken(history.ctx, at, MEASURES.indicators)
    return sum(group.count for group in census.groups if group.noun == "servers")


def _id(history: History, key: UUID) -> Any:
    return key if history.database.engines.write.dialect.name == "postgresql" else key.hex


def _asking() -> Request:
    return Request(actor=ADMIN, request_id="test")
