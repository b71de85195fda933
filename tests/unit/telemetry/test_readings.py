"""A day of points into histograms: what is dropped, what is added, and that nothing counts twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cloudctl.domain.histograms import SCALES, subjects_of, unpacked
from cloudctl.domain.metrics import Metric
from cloudctl.ports.histograms import Part
from cloudctl.ports.metrics import Daily, Page
from cloudctl.telemetry import readings
from cloudctl.telemetry.codecs import unpacked_counts
from cloudctl.telemetry.readings import DayReading
from tests.unit.telemetry.points import DAY, NOW, flat, page, series, subject

A, B = subject("a"), subject("b")


def reading(now: datetime = NOW) -> DayReading:
    return DayReading("test", DAY, 300, now)


def figures(part: Part) -> dict[object, tuple[float, ...]]:
    """By subject: covered, samples, mean, P95, maximum."""
    return dict(zip(subjects_of(part.roster), zip(*unpacked(part.figures), strict=True), strict=True))


def again(*parts: Part) -> DayReading:
    made = reading()
    for part in parts:
        made.keep(part)
    return made


def test_a_day_has_its_mean_maximum_and_p95() -> None:
    made = reading()
    made.add(page(series(A, [1.0] * 270 + [80.0] * 18), series(B, flat(40.0), metric=Metric.MEMORY_PERCENT)))
    cpu, memory = made.parts()
    covered, samples, mean, p95, most = figures(cpu)[A]
    assert (covered, samples, most) == (288, 288, 80.0)
    assert mean == pytest.approx((270 + 18 * 80) / 288)
    assert p95 == pytest.approx(80.0, rel=SCALES[Metric.CPU_PERCENT].error)
    assert figures(cpu)[B][:2] == (0, 0), "who has no samples is not seen, and not idle"
    assert figures(memory)[B][2] == pytest.approx(40.0)


def test_doubles_and_disorder_do_not_count() -> None:
    made = reading()
    one = series(A, [float(n % 50) for n in range(288)])
    backwards = series(A, list(one.values)[::-1])
    backwards.at.reverse()
    made.add(page(one, backwards, series(A, [99.0], first_s=600)))
    (part,) = made.parts()
    assert made.tally.doubled == 289
    assert figures(part)[A][1] == 288
    assert figures(part)[A][2] == pytest.approx(sum(one.values) / 288)
    assert figures(part)[A][4] == 49.0, "of a time that was told twice the first value stays"


def test_two_series_that_interleave_both_count() -> None:
    made = reading()
    made.add(page(series(A, flat(2.0)), series(A, flat(4.0), first_s=120)))
    (part,) = made.parts()
    covered, samples, mean, *_ = figures(part)[A]
    assert (covered, samples, mean) == (288, 576, 3.0)


def test_a_clock_that_jumps_is_left_out() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    made = reading(now)
    made.add(
        page(
            series(A, flat(5.0, 12)),
            series(A, flat(90.0, 12), first_s=13 * 3600),  # after now: the source's clock is ahead
            series(A, flat(90.0, 12), day=DAY - timedelta(days=3)),
            series(A, flat(90.0, 12), day=DAY + timedelta(days=400)),
        )
    )
    (part,) = made.parts()
    assert (made.tally.samples, made.tally.future, made.tally.outside) == (12, 24, 12)
    assert figures(part)[A][4] == 5.0


def test_what_is_no_number_is_no_sample() -> None:
    made = reading()
    made.add(page(series(A, [1.0, float("nan"), -3.0, float("inf"), 0.0])))
    (part,) = made.parts()
    assert made.tally.invalid == 3
    covered, samples, mean, *_ = figures(part)[A]
    assert (covered, samples, mean) == (2, 2, 0.5)


def test_a_day_without_points_gives_nothing() -> None:
    made = reading()
    made.add(page(series(A, []), series(B, [float("nan")] * 5)))
    assert made.parts() == []


def test_the_same_day_again_changes_nothing() -> None:
    first = reading()
    told = page(series(A, flat(7.0)), series(A, flat(30.0), metric=Metric.NETWORK_KIB_S))
    first.add(told)
    second = again(*first.parts())
    second.add(told)
    assert second.parts() == []
    assert (second.tally.samples, second.tally.stored) == (0, 576)


def test_late_points_are_added_and_early_ones_stay() -> None:
    first = reading()
    first.add(page(series(A, flat(10.0, 144))))
    second = again(first.parts()[0])
    second.add(page(series(A, flat(20.0)), series(B, flat(1.0))))
    (part,) = second.parts()
    assert second.tally.stored == 144
    covered, samples, mean, _, most = figures(part)[A]
    assert (covered, samples, most) == (288, 288, 20.0)
    assert mean == pytest.approx(15.0)
    assert figures(part)[B][1] == 288
    assert unpacked_counts(part.counts or b"", 2).sum() == 576


def test_a_source_that_forgot_erases_nothing() -> None:
    first = reading()
    first.add(page(series(A, flat(10.0))))
    second = again(first.parts()[0])
    second.add(page(series(A, flat(0.0, 3))))
    assert second.parts() == []


def test_many_points_settle_in_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "MOST", 500)
    made, whole = reading(), reading()
    told = [series(subject(str(n)), [float(n)] * 288) for n in range(9)]
    for one in told:
        made.add(page(one))
    monkeypatch.setattr(readings, "MOST", 10**9)
    whole.add(page(*told))
    assert made.parts() == whole.parts()


def test_samples_every_second_do_not_overflow_a_bin() -> None:
    made = reading()
    made.add(page(series(A, flat(50.0, 86_400), step_s=1)))
    (part,) = made.parts()
    assert figures(part)[A][:2] == (288, 86_400)
    assert unpacked_counts(part.counts or b"", 1).max() == 86_400


def test_numbers_of_the_day_grow_and_never_shrink() -> None:
    made = reading()
    made.add(Page(dailies=[Daily(A, Metric.LOGINS, DAY, 3), Daily(A, Metric.LOGINS, DAY - timedelta(days=1), 9)]))
    (part,) = made.parts()
    assert made.tally.outside == 1
    assert figures(part)[A][2] == 3
    less = again(part)
    less.add(Page(dailies=[Daily(A, Metric.LOGINS, DAY, 2), Daily(A, Metric.LOGINS, DAY, float("nan"))]))
    assert less.parts() == []
    more = again(part)
    more.add(Page(dailies=[Daily(A, Metric.LOGINS, DAY, 5)]))
    assert figures(more.parts()[0])[A][2] == 5
