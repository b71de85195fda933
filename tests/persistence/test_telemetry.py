"""Telemetry in the store: parts that replace others, the past as it was known, rosters shared, what is forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import func, select

from cloudctl.domain.errors import Contended
from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import DateKnown, DayRead, ReadState
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import telemetry_parts, telemetry_rosters
from cloudctl.ports.histograms import Part, Stored
from tests.persistence.records import START, Database

DAY = date(2026, 3, 1)
A, B = UUID(int=1), UUID(int=2)
CPU, NETWORK, LOGINS = Metric.CPU_PERCENT, Metric.NETWORK_KIB_S, Metric.LOGINS


def part(day: date = DAY, metric: Metric = CPU, *, source: str = "lab", figures: bytes = b"f" * 36) -> Part:
    counts = None if metric is LOGINS else b"counts"
    return Part(
        source=source, metric=metric, day=day, interval_s=300, scale=1, roster=A.bytes + B.bytes, figures=figures,
        counts=counts, seen=counts,
    )  # fmt: skip


def put(database: Database, *parts: Part) -> None:
    with database.work() as uow:
        uow.telemetry.put(parts)


def kept(database: Database, day: date = DAY, source: str = "lab") -> list[Part]:
    with database.work() as uow:
        return list(uow.telemetry.parts(source, day))


def count(database: Database, table: object) -> int:
    (found,) = database.all(select(func.count()).select_from(table))  # type: ignore[call-overload]
    return int(found[0])


def stored(queries: DatabaseQueries, *metrics: Metric, **more: object) -> list[Stored]:
    return list(queries.telemetry.span(metrics or (CPU,), DAY - timedelta(days=9), DAY, **more).parts)  # type: ignore[arg-type]


def test_a_part_comes_back_as_it_was(database: Database) -> None:
    put(database, part(), part(metric=LOGINS))
    back = {one.metric: one for one in kept(database)}
    assert set(back) == {CPU, LOGINS}
    for metric, one in back.items():
        assert one.id is not None
        assert msgspec.structs.replace(one, id=None) == part(metric=metric)
    assert kept(database, DAY + timedelta(days=1)) == []
    assert kept(database, source="other") == []


def test_rosters_are_stored_once(database: Database, queries: DatabaseQueries) -> None:
    put(database, *(part(DAY - timedelta(days=n), metric) for n in range(3) for metric in (CPU, NETWORK)))
    assert count(database, telemetry_rosters) == 1
    rosters, parts = queries.telemetry.span((CPU, NETWORK), DAY - timedelta(days=1), DAY)
    assert list(rosters.values()) == [A.bytes + B.bytes]
    assert [(one.metric, one.day) for one in parts] == [
        (CPU, DAY - timedelta(days=1)), (CPU, DAY), (NETWORK, DAY - timedelta(days=1)), (NETWORK, DAY),
    ]  # fmt: skip


def test_without_histograms_a_scan_gets_the_figures_alone(database: Database, queries: DatabaseQueries) -> None:
    put(database, part())
    assert [(one.figures, one.counts) for one in stored(queries, counts=False)] == [(b"f" * 36, None)]
    assert [one.counts for one in stored(queries)] == [b"counts"]


def test_the_past_is_seen_as_it_was_known(database: Database, queries: DatabaseQueries) -> None:
    put(database, part(figures=b"1" * 36))
    first = database.clock.at
    database.clock.sleep(3600)
    (known,) = kept(database)
    put(database, msgspec.structs.replace(part(figures=b"2" * 36), id=known.id))
    assert [one.figures for one in stored(queries)] == [b"2" * 36]
    assert [one.figures for one in stored(queries, known_at=first)] == [b"1" * 36]
    assert stored(queries, known_at=first - timedelta(seconds=1)) == []


def test_two_who_store_the_same_day_do_not_both(database: Database) -> None:
    put(database, part())
    (known,) = kept(database)
    with pytest.raises(Contended):
        put(database, part())
    put(database, msgspec.structs.replace(part(figures=b"2" * 36), id=known.id))
    with pytest.raises(Contended):
        put(database, msgspec.structs.replace(part(figures=b"3" * 36), id=known.id))
    assert [one.figures for one in kept(database)] == [b"2" * 36]
    assert count(database, telemetry_parts) == 2


def test_sources_do_not_disturb_each_other(database: Database, queries: DatabaseQueries) -> None:
    put(database, part(source="a"), part(source="b"))
    assert [one.source for one in stored(queries)] == ["a", "b"]


def test_old_days_and_what_was_replaced_long_ago_are_forgotten(database: Database) -> None:
    old, other = DAY - timedelta(days=400), UUID(int=3).bytes
    put(database, msgspec.structs.replace(part(old), roster=other), part())
    (known,) = kept(database)
    put(database, msgspec.structs.replace(part(figures=b"2" * 36), id=known.id))
    with database.work() as uow:
        assert uow.telemetry.forget_before(DAY - timedelta(days=30), START - timedelta(days=30)) == 1
    assert kept(database, old) == []
    assert count(database, telemetry_rosters) == 1
    with database.work() as uow:
        assert uow.telemetry.forget_before(DAY - timedelta(days=30), START + timedelta(days=1)) == 1
    assert [one.figures for one in kept(database)] == [b"2" * 36]


def test_the_latest_date_as_of_a_day_is_told(database: Database, queries: DatabaseQueries) -> None:
    def known(on: date, day: date, metric: Metric = Metric.PATCHED_ON, of: UUID = A) -> DateKnown:
        return DateKnown(subject_id=of, metric=metric, on=on, day=day, source="lab", known_at=database.clock.at)

    ends = Metric.CERTIFICATE_ENDS_ON
    before, later = DAY - timedelta(days=20), DAY - timedelta(days=2)
    with database.work() as uow:
        uow.telemetry.know([known(before, before), known(date(2027, 1, 1), before, ends), known(before, before, of=B)])
        uow.telemetry.know([known(before, DAY), known(later, later), known(date(2026, 6, 1), later, ends)])
    told = queries.telemetry.dates
    assert told([A], DAY) == {A: {Metric.PATCHED_ON: later, ends: date(2026, 6, 1)}}
    assert told([A], DAY - timedelta(days=10)) == {A: {Metric.PATCHED_ON: before, ends: date(2027, 1, 1)}}
    assert set(told(None, DAY)) == {A, B}
    assert told(None, DAY, START - timedelta(days=1)) == {}


def test_a_reading_takes_the_place_of_the_one_before(database: Database, queries: DatabaseQueries) -> None:
    failed = DayRead(
        source="lab", day=DAY, kind="prometheus", simulated=False, state=ReadState.FAILED, read_at=START,
        warnings=[("{n} series", {"n": 3})], error=("no {answer}", {"answer": 4}), targets=4,
    )  # fmt: skip
    with database.work() as uow:
        uow.telemetry.note(failed)
        assert uow.telemetry.reads("lab", DAY) == {DAY: DayRead(**{**_fields(failed), "warnings": _told(failed)})}
        uow.telemetry.note(DayRead(**{**_fields(failed), "state": ReadState.COMPLETE, "samples": 9, "error": None}))
        assert uow.telemetry.reads("lab", DAY + timedelta(days=1)) == {}
    (read,) = queries.telemetry.reads(DAY, DAY)
    assert (read.state, read.samples, read.error) == (ReadState.COMPLETE, 9, None)
    assert queries.telemetry.reads(DAY, DAY, "other") == []
    assert set(queries.telemetry.newest_reads()) == {"lab"}


def _fields(read: DayRead) -> dict[str, object]:
    return {name: getattr(read, name) for name in DayRead.__dataclass_fields__}


def _told(read: DayRead) -> list[tuple[str, dict[str, object]]]:
    return [tuple(warning) for warning in read.warnings]  # type: ignore[misc]
