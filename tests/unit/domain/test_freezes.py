from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.freezes import Bound, acts_of, barred_days, barring, next_closed, next_open
from cloudctl.domain.items import ExtendItem, Item, ReleaseItem, RenewItem, ResizeItem, VolumeItem
from tests.unit.domain.test_clocks import freeze

FIRST, LAST = date(2026, 3, 4), date(2026, 3, 12)
BEGIN = datetime(2026, 3, 4, tzinfo=PEOPLE_ZONE)
END = datetime(2026, 3, 13, tzinfo=PEOPLE_ZONE)
MOMENT = timedelta(microseconds=1)


def test_it_is_open_from_its_beginning_up_to_its_end() -> None:
    window = freeze(FIRST, LAST)
    opened = [window.open_at(moment) for moment in (BEGIN - MOMENT, BEGIN, END - MOMENT, END)]
    assert opened == [False, True, True, False]


def test_it_bars_what_it_names_where_it_names_it() -> None:
    everywhere, one = freeze(FIRST, LAST), freeze(FIRST, LAST, zones=["extranet"])
    assert everywhere.bars({Bound.ORDERS, Bound.RESIZES}, "internet")
    assert not everywhere.bars({Bound.RESIZES}, "internet")
    assert one.bars({Bound.ORDERS}, "extranet")
    assert not one.bars({Bound.ORDERS}, "internet")
    assert not everywhere.bars(set(), "internet")


def test_the_next_open_time_is_after_all_windows_that_touch() -> None:
    windows = [freeze(FIRST, LAST), freeze(LAST, date(2026, 3, 15)), freeze(date(2026, 4, 1), date(2026, 4, 2))]
    assert next_open(windows, {Bound.ORDERS}, ["extranet"], BEGIN) == datetime(2026, 3, 16, tzinfo=PEOPLE_ZONE)
    assert next_open(windows, {Bound.PATCHES}, ["extranet"], BEGIN) == BEGIN
    assert [window.ends_at for window in barring(windows, {Bound.ORDERS}, ["extranet"], BEGIN)] == [END]


def test_several_zones_are_open_when_all_of_them_are() -> None:
    windows = [freeze(FIRST, LAST, zones=["extranet"]), freeze(LAST, date(2026, 3, 15), zones=["internet"])]
    assert not windows[0].bars({Bound.ORDERS}, "internet", "private")
    assert windows[0].bars({Bound.ORDERS}, "internet", "extranet")
    assert windows[0].bars({Bound.ORDERS})  # everywhere
    assert next_open(windows, {Bound.ORDERS}, ["extranet"], BEGIN) == END
    for zones in (["extranet", "internet"], []):
        assert next_open(windows, {Bound.ORDERS}, zones, BEGIN) == datetime(2026, 3, 16, tzinfo=PEOPLE_ZONE)


def test_the_next_window_is_the_first_that_will_really_begin() -> None:
    first, second = freeze(FIRST, LAST), freeze(date(2026, 4, 1), date(2026, 4, 2), zones=["extranet"])
    before = BEGIN - MOMENT
    assert next_closed([second, first], {Bound.ORDERS}, ["extranet"], before) is first
    assert next_closed([second, first], {Bound.ORDERS}, ["extranet"], BEGIN) is second
    assert next_closed([second, first], {Bound.ORDERS}, ["internet"], BEGIN) is None
    assert next_closed([second, first], {Bound.PATCHES}, [], before) is None
    first.cancelled_at = before
    assert next_closed([first, second], {Bound.ORDERS}, [], before) is second


def test_cancelled_it_ends_then_and_one_to_come_never_was() -> None:
    window = freeze(FIRST, LAST)
    window.cancelled_at = BEGIN + timedelta(days=2, hours=1)
    assert not window.open_at(window.cancelled_at)
    assert next_open([window], {Bound.ORDERS}, ["extranet"], BEGIN) == window.cancelled_at
    assert barred_days([window], {Bound.ORDERS}, "extranet") == {date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6)}
    window.cancelled_at = BEGIN - timedelta(days=1)
    assert barred_days([window], {Bound.ORDERS}, "extranet") == set()


def test_a_day_of_which_it_takes_any_part_is_barred() -> None:
    window = freeze(FIRST, FIRST)
    window.starts_at, window.ends_at = BEGIN + timedelta(hours=20), BEGIN + timedelta(hours=30)
    assert barred_days([window], {Bound.ORDERS}, "extranet") == {FIRST, FIRST + timedelta(days=1)}
    window.ends_at = BEGIN + timedelta(hours=24)
    assert barred_days([window], {Bound.ORDERS}, "extranet") == {FIRST}


@pytest.mark.parametrize(
    ("items", "acts"),
    [
        ([VolumeItem(name="v", size_gib=1, term_months=1)], {Bound.ORDERS}),
        ([ResizeItem(server=uuid4(), specification="s2")], {Bound.RESIZES}),
        ([ExtendItem(volume=uuid4(), size_gib=9)], {Bound.RESIZES}),
        ([ReleaseItem(resource=uuid4())], {Bound.RELEASES}),
        ([RenewItem(resource=uuid4(), expires_on=LAST)], set()),
        ([ReleaseItem(resource=uuid4()), ExtendItem(volume=uuid4(), size_gib=9)], {Bound.RELEASES, Bound.RESIZES}),
    ],
)
def test_what_an_order_would_do(items: list[Item], acts: set[Bound]) -> None:
    assert acts_of(items) == acts
