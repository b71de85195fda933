"""Exemptions from the zombie policy: who asks, who decides, for how long, and how often they are renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.ports.queries import PageAsk
from cloudctl.services import accounts, zombie_exemptions
from tests.factories import Installed


def today(city: Installed) -> date:
    return today_for_people(city.clock.now())


def ask(city: Installed, *, days: int = 90, who: str = "officer", reason: str = "汛期值守") -> ZombieExemption:
    ends_on = today(city) + timedelta(days=days)
    return zombie_exemptions.ask(city.ctx, city.people[who], city.ids["oa"], ends_on=ends_on, reason=reason)


def decide(city: Installed, key: UUID, event: str = "grant", *, who: str = "reviewer", **more: Any) -> ZombieExemption:
    return zombie_exemptions.decide(city.ctx, city.people[who], key, event, **more)


def test_it_is_asked_for_granted_and_on_record(city: Installed) -> None:
    asked = ask(city)
    assert (asked.state, asked.renewal) == ("requested", 0)
    granted = decide(city, asked.id, answer="同意")
    assert (granted.state, granted.decided_by) == ("granted", city.people["reviewer"].actor.account_id)
    held = city.read(lambda uow: uow.zombie_exemptions.in_force(city.ids["oa"], uow.now))
    assert held is not None
    assert held.id == asked.id
    actions = {event["action"] for event in city.audited() if event["after"] and "renewal" in event["after"]}
    assert {"create/zombie-exemption", "allow/zombie-exemption"} <= actions


@pytest.mark.parametrize(
    ("event", "template"), [("grant", "zombie_exemption_granted"), ("refuse", "zombie_exemption_refused")]
)
def test_who_asked_is_told_what_was_decided(city: Installed, event: str, template: str) -> None:
    asked = ask(city)
    assert told(city) == []
    decide(city, asked.id, event, answer="汛期已过")
    assert told(city) == [(template, "officer")]
    if event == "grant":
        zombie_exemptions.revoke(city.ctx, city.people["reviewer"], asked.id, "已迁移")
        assert told(city)[-1] == ("zombie_exemption_ended", "officer")


def test_where_who_asked_has_left_his_department_is_told(city: Installed) -> None:
    asked = ask(city)
    accounts.update(city.ctx, city.people["office-admin"], city.ids["officer"], {"active": False})
    decide(city, asked.id)
    assert told(city) == [("zombie_exemption_granted", "head")]


def told(city: Installed) -> list[tuple[str, str]]:
    """What was said of it to whom of the department, in order."""
    people = {f"{city.people[login].actor.name}@example.gov.cn": login for login in ("officer", "head")}
    rows = city.ctx.queries.notices.page(None, {}, PageAsk(limit=500)).items
    mine = [row for row in reversed(rows) if row.recipient in people]
    return [(row.template, people[row.recipient]) for row in mine if row.template.startswith("zombie_exemption")]


def test_who_asks_does_not_decide_not_even_by_a_deputy(city: Installed) -> None:
    asked = ask(city, who="office-admin")
    with pytest.raises(Forbidden, match="does not decide"):
        decide(city, asked.id, who="office-admin")
    other = city.people["reviewer"]
    acting = replace(other.actor, for_account_id=city.people["office-admin"].actor.account_id)
    with pytest.raises(Forbidden, match="does not decide"):
        zombie_exemptions.decide(city.ctx, replace(other, actor=acting), asked.id, "grant")
    assert decide(city, asked.id).state == "granted"


@pytest.mark.parametrize(("days", "words"), [(-1, "is over"), (366, "at most 365 days")])
def test_its_end_lies_ahead_and_within_what_the_policy_allows(city: Installed, days: int, words: str) -> None:
    rows = city.rows()
    with pytest.raises(Invalid, match=words) as caught:
        ask(city, days=days)
    assert caught.value.field == "ends_on"
    assert city.rows() == rows


def test_it_is_renewed_as_often_as_the_policy_allows_and_no_more(city: Installed) -> None:
    most = city.ctx.zombie_policies["default"].exemptions.most_renewals
    first = ask(city)
    decide(city, first.id)
    for renewal in range(1, most + 1):
        again = ask(city)
        assert again.renewal == renewal
        decide(city, again.id)
    with pytest.raises(Invalid, match="no more"):
        ask(city)
    city.clock.move(days=100)
    with pytest.raises(Invalid, match="no more"):
        ask(city)
    city.clock.move(days=400)
    assert ask(city).renewal == 0


def test_one_request_waits_at_a_time_and_a_refusal_says_why(city: Installed) -> None:
    asked = ask(city)
    with pytest.raises(Conflict, match="waits to be decided"):
        ask(city)
    with pytest.raises(Invalid, match="reason"):
        decide(city, asked.id, "refuse")
    with pytest.raises(Stale):
        decide(city, asked.id, expected_version=asked.version + 1)
    assert decide(city, asked.id, "refuse", answer="仍有人使用").state == "refused"
    with pytest.raises(Refused):
        decide(city, asked.id)
    assert ask(city).renewal == 0


def test_one_that_waited_past_its_end_is_not_granted(city: Installed) -> None:
    asked = ask(city, days=10)
    city.clock.move(days=11)
    with pytest.raises(Invalid, match="is over"):
        decide(city, asked.id)


def test_it_is_taken_back_once_with_a_reason(city: Installed) -> None:
    asked = ask(city)
    with pytest.raises(Refused):
        zombie_exemptions.revoke(city.ctx, city.people["reviewer"], asked.id, "误批")
    decide(city, asked.id)
    with pytest.raises(Invalid, match="reason"):
        zombie_exemptions.revoke(city.ctx, city.people["reviewer"], asked.id, " ")
    ended = zombie_exemptions.revoke(city.ctx, city.people["reviewer"], asked.id, "误批")
    assert (ended.state, ended.lifts(today(city))) == ("ended", False)


def test_nobody_asks_for_another_department_and_no_department_decides(city: Installed) -> None:
    with pytest.raises(NotFound):
        ask(city, who="stranger")
    asked = ask(city)
    with pytest.raises(Forbidden):
        decide(city, asked.id, who="officer")
    with pytest.raises(Invalid, match="no policy"):
        zombie_exemptions.ask(
            city.ctx, city.people["officer"], city.ids["oa"], ends_on=today(city), reason="r", policy="none"
        )
