"""Days of telemetry read from sources into the store: when, how often, and what goes wrong on the way."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cloudctl.domain.errors import Forbidden, Invalid, NotFound, Unreachable
from cloudctl.domain.metrics import Metric, begin_of
from cloudctl.domain.telemetry import ReadState
from cloudctl.ports.metrics import Daily, Known, Match, Series, Target
from cloudctl.services import readings, telemetry
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside
from tests.unit.services.watching import JOB, Watched
from tests.unit.telemetry.points import Playing, Recorded, flat, series, subject

CPU, NETWORK = Metric.CPU_PERCENT, Metric.NETWORK_KIB_S


@pytest.fixture
def watched(outside: Outside) -> Watched:
    return Watched(outside)


def test_a_day_is_read_once_it_has_ended_and_again_for_late_data(watched: Watched) -> None:
    watched.tell(1, cpu=10.0, count=144)
    watched.run()
    first = watched.day(1)
    assert watched.reads()[first].state is ReadState.COMPLETE
    assert watched.use(1).samples == 144
    asked = [day for day, _ in watched.source.asked]
    assert watched.today not in asked, "today has not ended"
    assert len(asked) == len(set(asked)), "nothing is read twice"
    assert watched.run() == 0
    watched.source.told.clear()
    watched.tell(1, cpu=10.0, count=288)
    watched.city.clock.move(days=2)
    watched.run()
    assert watched.use(3).samples == 288, "what came late is added"
    assert watched.reads()[first].samples == 144
    assert watched.run() == 0


def test_back_fill_goes_back_as_far_as_it_is_set_and_no_further(watched: Watched) -> None:
    ctx = replace(watched.ctx, limits=replace(watched.ctx.limits, telemetry_back_days=12))
    watched.tell(2, 5, 11, 13, 20)
    for _ in range(5):
        readings.run_due(ctx, JOB)
    assert [back for back in range(1, 25) if watched.use(back) is not None] == [2, 5, 11]
    assert min(day for day, _ in watched.source.asked) == watched.day(12)


def test_without_servers_nothing_is_due_and_later_ones_have_their_past(watched: Watched) -> None:
    watched.source.clouds = ["elsewhere"]
    assert watched.run() == 0
    assert watched.reads() == {}
    watched.source.clouds = [CLOUD]
    watched.tell(3)
    watched.run()
    assert watched.use(3) is not None
    known = watched.reads()[watched.day(3)]
    with watched.ctx.unit_of_work(JOB) as uow:
        uow.telemetry.note(replace(known, targets=1))  # as it was before the second server was learnt of
    watched.tell(3, server=1)
    assert watched.run() == 1
    assert watched.use(3, server=1) is not None


def test_a_source_that_does_not_answer_is_asked_again_and_loses_nothing(watched: Watched) -> None:
    watched.tell(1)
    watched.source.breaks = Unreachable("no answer", effect_unknown=False)
    assert watched.run(1) == 1
    read = watched.reads()[watched.day(1)]
    assert (read.state, read.error, read.samples) == (ReadState.FAILED, ("no answer", {}), 0)
    assert watched.use(1) is None, "no data is not idle"
    watched.source.breaks = None
    watched.run()
    assert watched.use(1) is None, "it is left alone for an hour"
    watched.city.clock.move(minutes=61)
    watched.run()
    assert watched.use(1).samples == 288


def test_what_came_before_a_source_broke_counts(watched: Watched) -> None:
    watched.tell(1)
    watched.tell(1, server=1)
    watched.source.breaks, watched.source.breaks_after = Unreachable("gone", effect_unknown=False), 1
    watched.run(1)
    assert watched.reads()[watched.day(1)].state is ReadState.PARTIAL
    assert watched.use(1, server=0) is not None
    assert watched.use(1, server=1) is None
    watched.source.breaks = None
    watched.city.clock.move(minutes=61)
    watched.run()
    assert watched.use(1, server=1) is not None
    assert watched.use(1, server=0).samples == 288


def test_an_error_that_nobody_foresaw_stops_no_other_source(watched: Watched) -> None:
    broken, sound = Recorded(name="a-broken", breaks=KeyError("cpu")), watched.source
    watched.tell(1)
    ctx = replace(watched.ctx, metrics=Playing(broken, sound))
    readings.run_due(ctx, JOB)
    assert watched.use(1) is not None
    states = {read.source: read.state for read in telemetry.reads(ctx, watched.city.people["operator"])}
    assert states["a-broken"] is ReadState.FAILED


def test_a_week_without_metrics_is_a_gap(watched: Watched) -> None:
    watched.tell(*(back for back in range(1, 21) if not 5 <= back < 12))
    watched.run()
    of = watched.targets[0].id
    use = telemetry.day_uses(watched.ctx, [of], watched.day(20), watched.day(1))[of]
    assert len(use.days) == 13
    assert use.coverage[CPU] == pytest.approx(13 / 20)
    assert use.judged == 0.0, "without the network nobody is judged"
    assert [day.day for day in use.days] == sorted(day.day for day in use.days)


def test_foreign_series_are_counted_and_not_kept(watched: Watched) -> None:
    watched.source.told.append(series(subject("nobody"), flat(90.0), day=watched.day(1)))
    watched.source.dailies.append(Daily(subject("nobody"), Metric.LOGINS, watched.day(1), 4))
    watched.run(1)
    read = watched.reads()[watched.day(1)]
    assert (read.unmatched, read.subjects, read.samples) == (2, 0, 0)
    assert subject("nobody") not in telemetry.day_uses(watched.ctx, None, watched.day(9), watched.today)


@pytest.mark.parametrize(("by", "kept"), [(Match.NAME, False), (Match.ADDRESS, False), (Match.UUID, True)])
def test_a_server_rebuilt_under_the_same_name_does_not_inherit(watched: Watched, by: Match, kept: bool) -> None:
    """Points from before it was made, found by its name or address, are those of the one before it."""
    told = readings.Told(watched.day(3), watched.source, [Target(id=subject("new"), cloud=CLOUD, native_id="n", name="web", created_at=begin_of(watched.day(3)) + timedelta(hours=9))])  # fmt: skip  # noqa: E501
    page = told.checked(_page(series(subject("new"), flat(50.0), day=watched.day(3), by=by)))
    assert bool(page.series) is kept
    assert told.unmatched == (0 if kept else 1)


def _page(*of: Series) -> Any:
    from cloudctl.ports.metrics import Page

    return Page(series=list(of))


def test_numbers_and_dates_are_kept_beside(watched: Watched) -> None:
    of, day = watched.targets[0].id, watched.day(1)
    watched.tell(1)
    watched.source.dailies = [Daily(of, Metric.LOGINS, day, 3), Daily(of, Metric.HTTP_REQUESTS, day, 1200)]
    watched.source.dates = {
        watched.day(4): [Known(of, Metric.PATCHED_ON, watched.day(60))],
        day: [Known(of, Metric.PATCHED_ON, watched.day(2)), Known(subject("nobody"), Metric.PATCHED_ON, day)],
    }
    watched.run()
    assert (watched.use(1).logins, watched.use(1).http_requests, watched.use(1).dns_queries) == (3, 1200, None)
    assert telemetry.latest_dates(watched.ctx, None, day) == {of: {Metric.PATCHED_ON: watched.day(2)}}
    assert telemetry.latest_dates(watched.ctx, [of], watched.day(3)) == {of: {Metric.PATCHED_ON: watched.day(60)}}


def test_days_by_hand_are_asked_for_and_read_next(watched: Watched) -> None:
    operator = watched.city.people["office-admin"]
    watched.tell(4, cpu=80.0)
    watched.run()
    assert watched.use(4).cpu_percent == 80.0
    watched.source.told.clear()
    watched.tell(4, cpu=5.0)
    asked = readings.ask(watched.ctx, operator, first=watched.day(4), last=watched.day(4))
    assert [(read.source, read.state) for read in asked] == [("recorded", ReadState.ASKED)]
    assert watched.run() == 1
    assert watched.use(4).cpu_percent == 80.0, "what is stored stays"
    readings.ask(watched.ctx, operator, first=watched.day(4), last=watched.day(4), afresh=True)
    watched.source.breaks, watched.source.breaks_after = Unreachable("gone", effect_unknown=False), 1
    watched.run(1)
    assert watched.use(4).cpu_percent == 80.0, "a broken reading takes nothing's place"
    watched.source.breaks = None
    watched.city.clock.move(minutes=61)
    watched.run()
    assert watched.use(4).cpu_percent == 5.0
    assert "start/telemetry" in watched.events()
    assert "create/telemetry" in watched.events()


def test_what_cannot_be_read_by_hand_is_refused(watched: Watched) -> None:
    admin = watched.city.people["office-admin"]
    with pytest.raises(Forbidden):
        readings.ask(watched.ctx, watched.city.people["officer"], first=watched.day(2), last=watched.day(1))
    with pytest.raises(NotFound) as unknown:
        readings.ask(watched.ctx, admin, first=watched.day(2), last=watched.day(1), source="nagios")
    assert unknown.value.field == "source"
    for first, last, field in ((1, 2, "first"), (1, 0, "last"), (200, 1, "first")):
        with pytest.raises(Invalid) as refused:
            readings.ask(watched.ctx, admin, first=watched.day(first), last=watched.day(last))
        assert refused.value.field == field
    assert watched.reads() == {}


def test_the_past_is_recomputed_as_it_was_known(watched: Watched) -> None:
    watched.tell(1, count=144)
    watched.run()
    then, day, of = watched.city.clock.now(), watched.day(1), watched.targets[0].id
    watched.source.told.clear()
    watched.tell(1, count=288)
    watched.city.clock.move(days=2)
    watched.run()
    now = telemetry.day_uses(watched.ctx, [of], day, day)[of]
    past = telemetry.day_uses(watched.ctx, [of], day, day, known_at=then)[of]
    assert (now.samples, past.samples) == (288, 144)
    assert telemetry.day_uses(watched.ctx, [of], day, day, known_at=then - timedelta(days=9)) == {}


def _file(path: Path, watched: Watched, names: list[str], *, cpu: float = 7.0, count: int = 288) -> Path:
    begin = int(begin_of(watched.day(5)).timestamp())
    at = array("q", [begin + 300 * place for place in range(count)]) * len(names)
    whom = [name for name in names for _ in range(count)]
    pq.write_table(pa.table({"vm": whom, "ts": pa.array(at), "cpu_pct": [cpu] * len(whom)}), path)
    return path


def test_a_file_is_taken_once_however_often_it_comes(watched: Watched, tmp_path: Path) -> None:
    admin = watched.city.people["office-admin"]
    one, two = watched.targets[0], watched.targets[1]
    path = _file(tmp_path / "x.parquet", watched, [one.native_id, two.name, "stranger"])
    taken = readings.take_file(watched.ctx, admin, path, cloud=CLOUD, source="export")
    assert (taken.servers, taken.unmatched, taken.unknown, taken.samples) == (2, 1, ("stranger",), 576)
    assert watched.use(5, server=1).cpu_percent == pytest.approx(7.0)
    again = readings.take_file(watched.ctx, admin, path, cloud=CLOUD, source="export")
    assert (again.samples, again.stored) == (0, 576)
    states = telemetry.sources(watched.ctx, admin)
    assert {(state.name, state.kind) for state in states} == {("file:export", "file"), ("recorded", "recorded")}


def test_a_file_of_strangers_changes_nothing(watched: Watched, tmp_path: Path) -> None:
    admin = watched.city.people["office-admin"]
    with pytest.raises(Invalid) as refused:
        readings.take_file(watched.ctx, admin, _file(tmp_path / "x", watched, ["a"]), cloud=CLOUD, source="export")
    assert refused.value.field == "cloud"
    officer = watched.city.people["officer"]
    with pytest.raises(Forbidden):
        readings.take_file(watched.ctx, officer, tmp_path / "x", cloud=CLOUD, source="export")
    assert watched.reads() == {}
    assert watched.events() == []


def test_what_is_too_old_is_forgotten(watched: Watched) -> None:
    watched.tell(1)
    watched.run()
    day = watched.day(1)
    ctx = replace(watched.ctx, limits=replace(watched.ctx.limits, telemetry_days=40))
    watched.city.clock.move(days=30)
    readings.run_due(ctx, JOB)
    of = watched.targets[0].id
    assert telemetry.day_uses(ctx, [of], day, day)
    watched.city.clock.move(days=30)
    readings.run_due(ctx, JOB)
    assert telemetry.day_uses(ctx, [of], day, day) == {}


def test_the_job_is_among_the_regular_ones(outside: Outside) -> None:
    assert "telemetry" in outside.city.app.ticker._threads
