"""Capacity on record: the day's sample, the trend over a month, what the inventory saw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cloudctl.domain.capacity import Sample, Sighting
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import capacity_samples
from cloudctl.ports.queries.capacities import Capacity
from tests.persistence.records import START, City, Database, Statements

VCPU, SERVERS = Dimension.VCPU, Dimension.SERVERS
TODAY = date(2026, 3, 2)


def figures(queries: DatabaseQueries, dimension: Dimension, **of: str) -> dict[str, Capacity]:
    """By zone."""
    return {row.zone: row for row in queries.capacity("sim", **of) if row.dimension is dimension}


def sampled(database: Database, *taken: int, zone: str = "egov") -> None:
    """One a day up to today."""
    with database.work() as uow:
        for ago, amount in enumerate(reversed(taken)):
            uow.capacity.sample(TODAY - timedelta(days=ago), [Sample("sim", zone, VCPU, amount)])


def test_a_day_has_one_sample_the_last(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.capacity.sample(TODAY, [Sample("sim", "egov", VCPU, 3), Sample("sim", "dmz", VCPU, 1)])
        uow.capacity.sample(TODAY, [Sample("sim", "egov", VCPU, 5)])
        uow.capacity.sample(TODAY, [])
    assert sorted(database.all(capacity_samples.select())) == [
        ("sim", "dmz", VCPU, TODAY, 1), ("sim", "egov", VCPU, TODAY, 5),
    ]  # fmt: skip
    with database.work() as uow:
        assert uow.capacity.forget_before(TODAY) == 0
        assert uow.capacity.forget_before(TODAY + timedelta(days=1)) == 2


def test_trend_and_days_left(city: City, database: Database, queries: DatabaseQueries) -> None:
    city.limit(150, VCPU)
    with database.work() as uow:
        uow.quotas.hold(city.order(), "sim", Demand({VCPU: 20}))
    sampled(database, 8, 12, 16, 20)
    sampled(database, 0, 1, 2, 3, zone="dmz")
    with Statements(database.engines) as sent:
        found = figures(queries, VCPU)
    assert len(sent) == 2
    egov, dmz = found["egov"], found["dmz"]
    assert (egov.total, egov.kept, egov.held, egov.committed, egov.elsewhere, egov.free) == (200, 0, 20, 0, 0, 180)
    assert (dmz.held, dmz.elsewhere, dmz.free) == (0, 20, 180)
    assert (egov.per_day, dmz.per_day) == (4.0, 1.0)
    assert egov.lasts_days == dmz.lasts_days == 36, "both zones eat from the same cloud: five a day"
    assert figures(queries, SERVERS)["egov"].per_day is None


def test_what_is_older_than_the_fit_says_nothing(city: City, database: Database, queries: DatabaseQueries) -> None:
    with database.work() as uow:
        for ago, taken in ((400, 0), (31, 0), (30, 0), (2, 10), (1, 11), (0, 12)):
            uow.capacity.sample(TODAY - timedelta(days=ago), [Sample("sim", "egov", VCPU, taken)])
    assert figures(queries, VCPU)["egov"].per_day == 1.0


def test_head_room_and_reserves_are_kept(city: City, database: Database, queries: DatabaseQueries) -> None:
    with database.work() as uow:
        cloud = uow.clouds.lock("sim")
        cloud.headroom_percent, cloud.reserves = 10, {"egov": {VCPU: 30}}
    row = figures(queries, VCPU, zone="egov")["egov"]
    assert (row.total, row.kept, row.free) == (200, 50, 150)
    unbounded = figures(queries, Dimension.ADDRESSES)["egov"]
    assert (unbounded.total, unbounded.kept, unbounded.free, unbounded.lasts_days) == (None, None, None, None)


def test_what_the_inventory_saw_is_shown_with_its_time(
    city: City, database: Database, queries: DatabaseQueries
) -> None:
    things = [
        CloudObject(kind=ObjectKind.SERVER, native_id="1", name="a", vcpu=4, memory_mib=1024, disk_gib=10),
        CloudObject(kind=ObjectKind.SERVER, native_id="2", name="b", vcpu=2),
        CloudObject(kind=ObjectKind.VOLUME, native_id="3", name="c", disk_gib=90),
    ]
    with database.work() as uow:
        census = Census("sim", uow.inventory.known("sim"))
        uow.inventory.write("sim", census.take(things), source=Source.FULL)
        assert list(uow.capacity.sightings()) == [], "never read to the end"
    with database.work() as uow:
        sync = Sync(cloud="sim", mode=SyncMode.FULL, asked_at=START, started_at=START, ended_at=START, state="clean")
        uow.syncs.add(sync)
    with database.work() as uow:
        seen = list(uow.capacity.sightings())
        uow.capacity.see(seen)
        uow.capacity.see([Sighting("sim", VCPU, 7, START)])
    assert {sighting.dimension: sighting.used for sighting in seen} == {
        SERVERS: 2, VCPU: 6, Dimension.MEMORY_MIB: 1024, Dimension.VOLUME_GIB: 100,
    }  # fmt: skip
    row = figures(queries, VCPU)["egov"]
    assert (row.used, row.as_of) == (7, START)
    assert figures(queries, Dimension.SEGMENTS)["egov"].used is None


def test_retired_clouds_and_other_zones_are_left_out(city: City, database: Database, queries: DatabaseQueries) -> None:
    with database.work() as uow:
        uow.clouds.add(
            Cloud(
                code="old", name="Old", kind=CloudKind.SIMULATED, zones=frozenset({"egov"}), capacity={}, retired=True
            )
        )
    assert {row.cloud for row in queries.capacity()} == {"sim"}
    assert {row.zone for row in queries.capacity(zone="dmz")} == {"dmz"}
    assert queries.capacity("old") == queries.capacity(zone="moon") == []


@pytest.mark.parametrize("taken", [(5,), (5, 5, 5), (9, 7, 5)])
def test_what_does_not_grow_lasts(
    city: City, database: Database, queries: DatabaseQueries, taken: tuple[int, ...]
) -> None:
    sampled(database, *taken)
    assert figures(queries, VCPU)["egov"].lasts_days is None
