from __future__ import annotations

from datetime import date, timedelta

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Forbidden, Invalid, NotFound
from cloudctl.ports.context import platform
from cloudctl.services import calendars
from tests.factories import Installed


def test_a_year_shows_holidays_make_up_days_and_the_offices_own(city: Installed) -> None:
    admin = city.people["office-admin"]
    day = date(2026, 9, 7)
    calendars.put(city.ctx, admin, day, works=False, words="台风停工")
    year = calendars.show(city.ctx, city.people["officer"], 2026)
    found = {special.day: (special.works, special.source, special.words) for special in year.days}
    assert year.published
    assert found[day] == (False, "local", "台风停工")
    assert found[date(2026, 2, 14)] == (True, "official", "春节")
    assert found[date(2026, 10, 1)] == (False, "official", "国庆节")
    assert date(2026, 9, 8) not in found
    calendars.remove(city.ctx, admin, day)
    assert calendars.show(city.ctx, admin, 2026).working_days == year.working_days + 1


def test_a_year_that_is_not_published_has_the_fixed_holidays(city: Installed) -> None:
    year = calendars.show(city.ctx, city.people["auditor"], 2031)
    assert not year.published
    assert {special.source for special in year.days} == {"fixed"}
    assert date(2031, 10, 1) in {special.day for special in year.days}


def test_a_day_is_set_changed_and_taken_back_on_record(city: Installed) -> None:
    admin, day = city.people["office-admin"], today_for_people(city.clock.now()) + timedelta(days=40)
    made = calendars.put(city.ctx, admin, day, works=True, words="调休")
    assert (made.day, made.works, made.set_by) == (day, True, city.ids["office-admin"])
    assert calendars.put(city.ctx, admin, day, works=False, words="不调了").id == made.id
    gone = calendars.remove(city.ctx, admin, day, "mistake")
    assert (gone.works, gone.words) == (False, "不调了")
    events = [event for event in city.audited() if event["target"]["id"] == str(day)]
    assert [event["action"] for event in events] == [
        "create/calendar-day", "update/calendar-day", "delete/calendar-day",
    ]  # fmt: skip
    assert (events[1]["before"], events[2]["reason"]) == ({"works": True, "words": "调休"}, "mistake")
    with pytest.raises(NotFound):
        calendars.remove(city.ctx, admin, day)


@pytest.mark.parametrize(
    ("days", "words", "field"), [(-367, "x", "day"), (5 * 366 + 1, "x", "day"), (1, "  ", "words")]
)
def test_what_is_refused(city: Installed, days: int, words: str, field: str) -> None:
    before, day = city.rows(), today_for_people(city.clock.now()) + timedelta(days=days)
    with pytest.raises(Invalid) as caught:
        calendars.put(city.ctx, city.people["office-admin"], day, works=True, words=words)
    assert (caught.value.field, city.rows()) == (field, before)


def test_a_person_of_the_office_sets_it(city: Installed) -> None:
    day = today_for_people(city.clock.now())
    for who in ("officer", "head", "reviewer", "operator", "auditor"):
        with pytest.raises(Forbidden):
            calendars.put(city.ctx, city.people[who], day, works=True, words="x")
        with pytest.raises(Forbidden):
            calendars.remove(city.ctx, city.people[who], day)
    with pytest.raises(Invalid):
        calendars.put(city.ctx, platform("t"), day, works=True, words="x")
    with pytest.raises(Invalid) as caught:
        calendars.show(city.ctx, city.people["officer"], 1999)
    assert caught.value.field == "year"


def test_limits_count_local_days(city: Installed) -> None:
    today = today_for_people(city.clock.now())
    due = city.read(lambda uow: calendars.working_days_from_now(uow, 3)).day
    calendars.put(city.ctx, city.people["office-admin"], due, works=False, words="停工")
    try:
        assert city.read(lambda uow: calendars.working_days_from_now(uow, 3)).day > due > today
    finally:
        calendars.remove(city.ctx, city.people["office-admin"], due)
