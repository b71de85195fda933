from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import SYSTEMS
from cloudctl.domain.register import Kind
from cloudctl.domain.surveys import DUE_FIELDS, REGISTER_FIELDS, SELF_INVENTORY
from cloudctl.domain.systems import System
from tests.unit.domain.making import NOW

TODAY = date(2026, 11, 22)
DAY = date(2026, 1, 31)


def system(**given: Any) -> System:
    made: dict[str, Any] = {"department_id": new_id(), "code": "oa", "name": "OA", "mlps_level": 2, "created_at": NOW}
    return System(**made | given)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_levels(level: int) -> None:
    assert system(mlps_level=level).mlps_level == level


@pytest.mark.parametrize("level", [0, 6, -1])
def test_anything_else_is_no_level(level: int) -> None:
    with pytest.raises(Invalid) as caught:
        system(mlps_level=level)
    assert caught.value.field == "mlps_level"


def test_the_survey_has_every_field_that_people_fill_in() -> None:
    kept = {"id", "declared_by", "declared_at", "created_at", "version"}
    assert {field.name for field in REGISTER_FIELDS} == {field.name for field in fields(System)} - kept
    days = {field.name for field in REGISTER_FIELDS if field.kind is Kind.DAY}
    assert set(DUE_FIELDS.values()) <= days
    assert set(SELF_INVENTORY) <= {field.name for field in REGISTER_FIELDS}


def test_the_statuses_of_the_survey_are_those_of_the_life_cycle() -> None:
    (status,) = (field for field in REGISTER_FIELDS if field.name == "status")
    assert [option.code for option in status.options] == list(SYSTEMS.states)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("investment_fen", {"investment_fen": -1}),
        ("yearly_cost_fen", {"yearly_cost_fen": -1}),
        ("yearly_cost_fen", {"yearly_cost_fen": 2**53}),
        ("user_count", {"user_count": -5}),
        ("name", {"name": None}),
        ("name", {"name": "x" * 201}),
        ("function", {"function": "x" * 4001}),
        ("build_way", {"build_way": "by hand"}),
        ("status", {"status": "gone"}),
        ("status_on", {"status": "retired"}),
        ("status_on", {"status": "merged", "merged_into_id": new_id()}),
        ("merged_into_id", {"status": "merged", "status_on": DAY}),
        ("merged_into_id", {"merged_into_id": new_id()}),
        ("mlps_due_on", {"mlps_assessed_on": DAY, "mlps_due_on": date(2025, 1, 31)}),
        ("crypto_due_on", {"crypto_assessed_on": DAY, "crypto_due_on": date(2025, 1, 31)}),
        ("postponement_reason", {"postponed_until": DAY}),
        ("data_items_provided", {"data_items": 3, "data_items_provided": 4}),
        ("data_items_structured", {"data_items_structured": 1}),
        ("check_url", {"check_url": "ftp://x/y"}),
        ("check_url", {"check_url": "tcp://host"}),
        ("check_url", {"check_url": "https://[::1"}),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        system(**given)
    assert (caught.value.field, bool(caught.value.way_out)) == (field, True)
    assert str(caught.value)


def test_a_system_is_not_merged_into_itself() -> None:
    key = new_id()
    with pytest.raises(Invalid, match="into itself"):
        system(id=key, status="merged", status_on=DAY, merged_into_id=key)


@pytest.mark.parametrize("url", ["https://oa.example.gov.cn/login", "http://10.8.1.5:8080", "tcp://10.8.1.5:1521"])
def test_addresses_of_services(url: str) -> None:
    assert system(check_url=url).check_url == url


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("built_on", {"approved_on": DAY, "built_on": date(2025, 1, 1)}),
        ("maintained_until", {"built_on": DAY, "maintained_until": date(2025, 1, 1)}),
        ("approved_on", {"approved_on": date(2027, 1, 1)}),
        ("declared_zombie", {"declared_zombie": True, "use_frequency": "daily"}),
        ("yearly_cost_fen", {"status": "retired", "status_on": DAY, "yearly_cost_fen": 100}),
    ],
)
def test_what_is_hardly_right_is_kept_and_doubted(field: str, given: dict[str, Any]) -> None:
    (doubt,) = system(**given).doubts(TODAY)
    assert doubt.field == field
    assert doubt.message.format(**doubt.params)


def test_nothing_is_doubted_of_an_ordinary_one() -> None:
    known = system(approved_on=date(2019, 1, 1), built_on=date(2020, 1, 1), maintained_until=date(2027, 1, 1))
    assert known.doubts(TODAY) == []
    assert system(status="retired", status_on=DAY, yearly_cost_fen=0).doubts(TODAY) == []


def test_what_the_self_inventory_lacks() -> None:
    assert system().lacks == list(SELF_INVENTORY)
    filled = dict.fromkeys(SELF_INVENTORY, "x") | {"approved_on": DAY, "user_scope": "city", "use_frequency": "daily"}
    assert system(**filled).lacks == []


def test_a_claim_is_one_step() -> None:
    one = system()
    one.claim("migrating")
    one.claim("on_platform")
    one.claim("on_platform")
    assert (one.status, one.ended) == ("on_platform", False)
    with pytest.raises(Refused) as caught:
        one.claim("planned")
    assert caught.value.params["possible"] == "in_use, merged, retired"
