"""Looks at clouds' counters, on record and read again."""

from __future__ import annotations

from datetime import timedelta

from cloudctl.domain.usage import Counters, UsageSample, packed, unpacked
from cloudctl.persistence.queries.database import DatabaseQueries
from tests.persistence.records import START, Database

EVERY = timedelta(minutes=5)


def sample(number: int, cloud: str = "sim", **more: object) -> UsageSample:
    at = START + EVERY * number
    seen = [Counters(server="a", at_s=at.timestamp(), steady_s=1.0, cpu_s=float(number))]
    return UsageSample(cloud=cloud, at=at, **({"servers": 1, "packed": packed(seen)} | more))


def kept(database: Database, *samples: UsageSample) -> None:
    with database.work() as uow:
        for each in samples:
            uow.usage.add(each)


def test_looks_come_back_in_the_order_of_time(database: Database, queries: DatabaseQueries) -> None:
    kept(database, sample(2), sample(0), sample(1), sample(1, "other"), sample(3, error="gone", servers=0, packed=b""))
    told = list(queries.usage.samples("sim", START, START + 3 * EVERY))
    assert [each.at for each in told] == [START, START + EVERY, START + 2 * EVERY]
    assert [unpacked(each.packed)[0].cpu_s for each in told] == [0.0, 1.0, 2.0]
    last = queries.usage.latest("sim")
    assert last == UsageSample(cloud="sim", at=START + 3 * EVERY, error="gone")
    assert queries.usage.latest("nowhere") is None


def test_the_same_moment_is_kept_once(database: Database, queries: DatabaseQueries) -> None:
    kept(database, sample(0), sample(0, servers=9))
    assert [each.servers for each in queries.usage.samples("sim", START, START + EVERY)] == [1]


def test_old_looks_of_a_cloud_are_forgotten(database: Database, queries: DatabaseQueries) -> None:
    kept(database, sample(0), sample(1), sample(0, "other"))
    with database.work() as uow:
        assert uow.usage.latest("sim") == START + EVERY
        assert uow.usage.forget_before("sim", START + EVERY) == 1
        assert uow.usage.latest("nowhere") is None
    assert [each.at for each in queries.usage.samples("sim", START, START + 2 * EVERY)] == [START + EVERY]
    assert queries.usage.latest("other") is not None
