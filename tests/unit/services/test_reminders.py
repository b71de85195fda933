from __future__ import annotations

from datetime import timedelta

from cloudctl.domain.calendars import end_of_day, today_for_people
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import reminders, systems, todo
from tests.factories import Installed
from tests.unit.services.test_systems import made


def told(city: Installed) -> list[tuple[str, str, str]]:
    """The officer's and the head's reminders: template, count, names."""
    with city.ctx.unit_of_work(platform("test")) as uow:
        keys = {city.people[who].actor.account_id for who in ("officer", "head")}
        due = uow.notices.due("mail", uow.now + timedelta(days=1), 500)
        mine = [notice for notice in due if notice.account_id in keys and notice.template.startswith("systems_")]
    return sorted((notice.template, notice.params["count"], notice.params["names"]) for notice in mine)


def test_each_is_given_once_at_each_stage_and_made_up_for(city: Installed) -> None:
    today = today_for_people(city.ctx.clock.now())
    reminders.remind(city.ctx, platform("test"))
    one = made(city, name="OA", mlps_due_on=today + timedelta(days=91))
    assert (reminders.remind(city.ctx, platform("test")), told(city)) == (0, [])
    soon = today + timedelta(days=40)
    changes = {"mlps_due_on": soon, "icp_due_on": today + timedelta(days=80)}
    systems.update(city.ctx, city.people["officer"], one.id, changes)
    assert reminders.remind(city.ctx, platform("test")) == 2
    assert reminders.remind(city.ctx, platform("test")) == 0
    (first,) = told(city)
    assert first[:2] == ("systems_due", "2")
    assert f"{one.code} OA ({soon})" in first[2]
    systems.update(city.ctx, city.people["officer"], one.id, {"mlps_due_on": today - timedelta(days=3)})
    assert reminders.remind(city.ctx, platform("test")) == 1
    assert [template for template, *_ in told(city)] == ["systems_due", "systems_overdue", "systems_overdue"]


def test_what_has_ended_is_due_no_more_and_the_rest_waits_for_its_department(city: Installed) -> None:
    today = today_for_people(city.ctx.clock.now())
    due = today + timedelta(days=12)
    one = made(city, contract_ends_on=due, maintained_until=today + timedelta(days=31))
    waiting = [row for row in todo.waiting(city.ctx, city.people["officer"], 500) if row.source == "system_due"]
    (row,) = [row for row in waiting if row.number == one.code]
    assert (row.state, row.title, row.due_at) == ("contract", "OA", end_of_day(due))
    for who in ("stranger", "office-admin"):
        assert one.code not in {row.number for row in todo.waiting(city.ctx, city.people[who], 500)}

    def listed(**filters: object) -> list[tuple[str, int]]:
        page = city.ctx.queries.systems_due.page(city.ids["fgw"], {"system_id": one.id, **filters}, PageAsk())
        return [(line.matter, line.days_left) for line in page.items]  # type: ignore[attr-defined]

    assert listed() == [("contract", 12), ("maintenance", 31)]
    assert listed(days_left="12") == [("contract", 12)]
    assert listed(matter="maintenance") == [("maintenance", 31)]
    systems.update(city.ctx, city.people["officer"], one.id, {"status": "retired", "status_on": today})
    assert listed() == []
