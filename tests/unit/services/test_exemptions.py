from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from cloudctl.services import exemptions
from tests.factories import Installed


def granted(city: Installed, **fields: Any) -> Any:
    own = {"rule": "term-over-limit", "department_id": city.ids["fgw"], "system_id": None, "reason": "合同"}
    end = today_for_people(city.clock.now()) + timedelta(days=30)
    return exemptions.grant(city.ctx, city.people["office-admin"], **{**own, "ends_on": end, **fields})


def test_it_is_on_record_with_its_approver_and_its_reason(city: Installed) -> None:
    made = granted(city)
    assert made.approved_by == city.ids["office-admin"]
    told = city.audited(action="allow/exemption")[-1]
    assert (told["reason"], told["after"]["rule"], told["department"]) == (
        "合同",
        "term-over-limit",
        str(city.ids["fgw"]),
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rule": "no-such-rule"}, "rule"),
        ({"rule": "quota-exceeded"}, "rule"),
        ({"reason": "  "}, "reason"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"ends_on": date(2099, 1, 1)}, "ends_on"),
    ],
)
def test_what_is_refused(city: Installed, fields: dict[str, Any], field: str) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        granted(city, **fields)
    assert (caught.value.field, city.rows()) == (field, before)


def test_it_may_end_today(city: Installed) -> None:
    granted(city, ends_on=today_for_people(city.clock.now()))


def test_the_system_is_one_of_the_department(city: Installed) -> None:
    with pytest.raises(Invalid) as caught:
        granted(city, system_id=city.ids["ys"])
    assert caught.value.field == "system_id"
    with pytest.raises(NotFound):
        granted(city, department_id=new_id())


def test_it_is_granted_by_a_person(city: Installed) -> None:
    end = today_for_people(city.clock.now())
    with pytest.raises(Invalid):
        exemptions.grant(
            city.ctx,
            platform("t"),
            rule="term-over-limit",
            department_id=city.ids["fgw"],
            system_id=None,
            reason="x",
            ends_on=end,
        )


def test_revoking_twice_is_revoking_once(city: Installed) -> None:
    made = granted(city)
    first = exemptions.revoke(city.ctx, city.people["office-admin"], made.id, "no longer").revoked_at
    assert first == city.clock.now()
    city.clock.move(hours=1)
    assert exemptions.revoke(city.ctx, city.people["office-admin"], made.id).revoked_at == first
    assert [event["reason"] for event in city.audited(action="deny/exemption")][-1] == "no longer"
