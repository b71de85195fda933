"""Systems as the register keeps them: their fields, what they refer to, what they claim, and how they became so."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Invalid, NotFound, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.systems import System
from cloudctl.ports.queries import PageAsk
from cloudctl.ports.queries.register import VersionRow
from cloudctl.services import systems
from tests.factories import Installed


def code() -> str:
    return f"c{new_id().hex[-10:]}"


def made(city: Installed, who: str = "officer", **fields: Any) -> System:
    given: dict[str, Any] = {"code": code(), "name": "OA", "mlps_level": 2, "no_state_secrets": True}
    return systems.create(city.ctx, city.people[who], **given | fields)


def test_the_survey_s_fields_are_kept_as_they_are_meant(city: Installed) -> None:
    one = made(
        city, name="　平台（二期） ", function=" 审批\n", contract_number="ＨＴ－２０２６", investment_fen=120_000_00,
        approved_on=date(2019, 5, 1), user_scope="city", network="extranet", interfaces=" ",
    )  # fmt: skip
    found = systems.get(city.ctx, city.people["officer"], one.id)
    assert (found.name, found.function, found.contract_number) == ("平台（二期）", "审批", "HT-2026")
    assert (found.investment_fen, found.approved_on, found.interfaces) == (120_000_00, date(2019, 5, 1), None)
    after = city.audited(action="create/system")[-1]["after"]
    assert after["approved_on"] == "2019-05-01"
    assert "interfaces" not in after


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("yearly_cost_fen", {"yearly_cost_fen": -1}),
        ("status_on", {"status": "retired"}),
        ("mlps_due_on", {"mlps_assessed_on": date(2026, 1, 1), "mlps_due_on": date(2025, 1, 1)}),
    ],
)
def test_bad_values_change_nothing(city: Installed, field: str, fields: dict[str, Any]) -> None:
    one = made(city, yearly_cost_fen=5)
    with pytest.raises(Invalid) as caught:
        made(city, **fields)
    assert caught.value.field == field
    with pytest.raises(Invalid) as caught:
        systems.update(city.ctx, city.people["officer"], one.id, fields)
    assert caught.value.field == field
    after = systems.get(city.ctx, city.people["officer"], one.id)
    assert (after.yearly_cost_fen, after.status, after.mlps_due_on, after.version) == (5, "in_use", None, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("classification", "nowhere"), ("network", "nowhere"), ("merged_into_id", new_id()), ("room_id", new_id())],
)
def test_what_it_refers_to_has_to_be_there(city: Installed, field: str, value: object) -> None:
    fields = {field: value} | ({"status": "merged", "status_on": date(2026, 1, 1)} if "merged" in field else {})
    with pytest.raises(NotFound) as caught:
        made(city, **fields)
    assert caught.value.field == field


def test_a_department_names_no_successor_that_is_another_s(city: Installed) -> None:
    theirs = made(city, "stranger")
    with pytest.raises(NotFound) as caught:
        made(city, status="merged", status_on=date(2026, 1, 1), merged_into_id=theirs.id)
    assert caught.value.field == "merged_into_id"


def test_codes_are_unique_and_departments_known(city: Installed) -> None:
    one = made(city)
    with pytest.raises(Conflict) as taken:
        made(city, code=one.code)
    assert taken.value.field == "code"
    with pytest.raises(NotFound) as unknown:
        made(city, "office-admin", department_id=new_id())
    assert unknown.value.field == "department_id"
    with pytest.raises(Invalid) as caught:
        systems.update(city.ctx, city.people["officer"], one.id, {"code": "other"})
    assert caught.value.field == "code"


def test_a_status_is_within_one_step(city: Installed) -> None:
    one = made(city, status="planned")
    systems.update(city.ctx, city.people["officer"], one.id, {"status": "in_use"})
    with pytest.raises(Refused):
        systems.update(city.ctx, city.people["officer"], one.id, {"status": "planned"})
    with pytest.raises(Invalid) as caught:
        systems.update(city.ctx, city.people["officer"], one.id, {"status": "gone"})
    assert caught.value.field == "status"


@pytest.mark.parametrize("field", ["function", "postponement_reason", "contact_name"])
def test_no_field_takes_what_is_marked_secret(city: Installed, field: str) -> None:
    one = made(city)
    with pytest.raises(Invalid) as caught:
        made(city, **{field: "机密★10年"})
    assert caught.value.field == field
    with pytest.raises(Invalid):
        systems.update(city.ctx, city.people["officer"], one.id, {field: "（涉密）"})


def test_how_it_became_what_it_is(city: Installed) -> None:
    one = made(city)
    systems.update(city.ctx, city.people["office-admin"], one.id, {"name": "OA 2", "built_on": date(2020, 1, 1)})
    newest, first = systems.history(city.ctx, city.people["officer"], one.id, PageAsk()).items
    assert isinstance(newest, VersionRow)
    assert isinstance(first, VersionRow)
    assert newest.by_name == city.people["office-admin"].actor.name
    assert newest.changes == {"name": ("OA", "OA 2"), "built_on": (None, date(2020, 1, 1))}
    assert first.by_id == city.people["officer"].actor.account_id
    with pytest.raises(NotFound):
        systems.history(city.ctx, city.people["stranger"], one.id, PageAsk())


def test_the_list_is_that_of_a_day_and_says_what_is_lacking(city: Installed) -> None:
    one = made(city, function="审批")
    scope, today = city.ids["fgw"], today_for_people(city.ctx.clock.now())

    def listed(**filters: object) -> list[Any]:
        return city.ctx.queries.systems.page(scope, {"code": one.code, **filters}, PageAsk()).items

    (row,) = listed(as_of=today.isoformat(), incomplete="true")
    assert row.lacks == one.lacks == ["user_scope", "use_frequency", "approved_by", "approved_on", "funding_source"]
    assert listed(incomplete=False) == []
    assert listed(as_of="2020-01-01") == []
    with pytest.raises(Invalid) as caught:
        listed(as_of="2999-01-01")
    assert caught.value.field == "as_of"
