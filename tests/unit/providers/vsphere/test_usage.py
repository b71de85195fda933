"""Which of a vCenter's intervals is read for which time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cloudctl.providers.vsphere.usage import Interval, Stretch, stretches

HOUR, DAY = 3600, 86_400
NOW = 1_000 * DAY + 15 * 60
KEPT = [Interval(300, DAY), Interval(1800, 7 * DAY), Interval(7200, 30 * DAY), Interval(DAY, 365 * DAY)]
MIDNIGHT = 1_000 * DAY


def read(begin_s: int, end_s: int, kept=KEPT) -> list[Stretch]:
    return list(stretches(kept, begin_s, end_s, NOW))


def test_the_last_hours_are_read_in_the_finest_interval():
    assert read(NOW - 2 * HOUR, NOW) == [Stretch(300, NOW - 2 * HOUR, NOW)]


def test_yesterday_is_read_fine_but_for_what_is_gone_already():
    assert read(MIDNIGHT - DAY, MIDNIGHT) == [
        Stretch(300, MIDNIGHT - DAY + 900, MIDNIGHT),
        Stretch(1800, MIDNIGHT - DAY, MIDNIGHT - DAY + 900),
    ]


def test_every_stretch_is_as_fine_as_it_is_still_kept_and_none_is_read_twice():
    told = read(MIDNIGHT - 40 * DAY, MIDNIGHT)
    assert [each.period_s for each in told] == [300, 1800, 7200, DAY]
    assert (told[0].end_s, told[-1].begin_s) == (MIDNIGHT, MIDNIGHT - 40 * DAY)
    assert all(one.begin_s == other.end_s for one, other in pairwise(told))
    assert all(each.begin_s % each.period_s == 0 for each in told)


def test_what_nobody_keeps_any_more_is_left_out():
    assert read(NOW - 40 * DAY, NOW - 35 * DAY, KEPT[:2]) == []
    assert read(NOW - 40 * DAY, NOW, KEPT[:1])[0].begin_s >= NOW - DAY


@pytest.mark.parametrize(("begin_s", "end_s"), [(NOW + HOUR, NOW + 2 * HOUR), (NOW, NOW)])
def test_of_the_future_and_of_no_time_nothing_is_read(begin_s, end_s):
    assert read(begin_s, end_s) == []
