"""Departments that end: what refuses it, what goes to the successor, and what everybody is told afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.adoptions import Criterion
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Conflict, Invalid, NotFound, Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import ReleaseItem
from cloudctl.domain.quotas import Dimension
from cloudctl.services import (
    accounts,
    adoptions,
    departments,
    emergencies,
    exemptions,
    forms,
    imports,
    mergers,
    orders,
    quotas,
    systems,
    transfers,
)
from tests.factories import Installed
from tests.filled_forms import filled, place
from tests.seeds import CLOUD, LIMITS, ZONE

DAY = "2026-03-02"
Act = Callable[[Installed], Any]


def merge(city: Installed, into: str = "czj", **more: Any) -> Any:
    office, key = city.people["office-admin"], city.ids["fgw"]
    return mergers.merge(city.ctx, office, key, into=city.ids[into], reason="机构改革", **more)


def refused(city: Installed, act: Act | None = None, **more: Any) -> Any:
    """What `act`, or the merger, is refused with; nothing was written."""
    before = city.rows()
    with pytest.raises((Conflict, Invalid, NotFound, Stale)) as told:
        merge(city, **more) if act is None else act(city)
    assert city.rows() == before
    return told.value


def code_of(city: Installed) -> str:
    return city.read(lambda uow: uow.departments.get(city.ids["fgw"]).code)


def limits_of(city: Installed) -> set[int]:
    return {quota.limit for quota in city.read(lambda uow: uow.quotas.of(city.ids["fgw"], CLOUD, ZONE)).values()}


def test_a_merger_hands_the_systems_over_and_gives_the_quota_back(city: Installed) -> None:
    assert limits_of(city) == set(LIMITS.values())
    ended = merge(city)
    assert (ended.retired_at, ended.successor_id) == (city.clock.now(), city.ids["czj"])
    assert city.read(lambda uow: uow.systems.get(city.ids["oa"])).department_id == city.ids["czj"]
    assert limits_of(city) == {0}
    (event,) = city.audited(action="stop/department", department=str(city.ids["fgw"]))
    assert (event["after"]["successor"], event["reason"]) == ("czj", "机构改革")
    assert len(event["after"]["systems"]) == 1


def test_a_department_that_ends_without_a_successor_keeps_its_systems(city: Installed) -> None:
    office = city.people["office-admin"]
    ended = mergers.retire(city.ctx, office, city.ids["fgw"], reason="撤销")
    assert (ended.retired_at, ended.successor_id) == (city.clock.now(), None)
    assert city.read(lambda uow: uow.systems.get(city.ids["oa"])).department_id == city.ids["fgw"]
    error = refused(city, ORDER)
    assert str(error).endswith("has no successor.")


def _order_under_way(city: Installed) -> str:
    return str(city.submitted(city.build_items()).number)


def _resource(city: Installed) -> str:
    made = city.resources(city.delivered(city.build_items(count=1)))
    return str(made["oa-1"].name)


def _retained(city: Installed) -> str:
    made = city.resources(city.delivered(city.build_items(count=1)))
    city.delivered([ReleaseItem(resource=made["oa-1"].id)])
    assert city.resource(made["oa-1"].id).state == "retained"
    return str(made["oa-1"].name)


def _transfer(city: Installed) -> str:
    made = city.resources(city.delivered(city.build_items(count=1)))
    ask = {"to_department": "czj", "to_system": "ys", "reason": "机构改革"}
    return str(transfers.create(city.ctx, city.people["officer"], resources=[made["oa-1"].id], **ask).number)


def _emergency(city: Installed) -> str:
    made = emergencies.create(
        city.ctx, city.people["office-admin"], city.form(city.build_items()), approver="分管副市长",
        approved_at=city.clock.now(), note="汛情",
    )  # fmt: skip
    city.run()
    return str(made.number)


def _unit(city: Installed) -> str:
    office, code = city.people["office-admin"], f"u{new_id().hex[-10:]}"
    unit = {"code": code, "name": "信息中心", "level": Level.CITY, "parent_id": city.ids["fgw"]}
    return departments.create(city.ctx, office, **unit).code


def _rule(city: Installed) -> str:
    rule = {"matches": {Criterion.NAME: "oa-*"}, "department_id": city.ids["fgw"], "system_id": city.ids["oa"]}
    return adoptions.add_rule(city.ctx, city.people["office-admin"], code="by-name", term_months=12, **rule).code


@pytest.mark.parametrize(
    ("noun", "tie"),
    [
        ("rules", _rule),
        ("orders", _order_under_way),
        ("resources", _resource),
        ("resources", _retained),
        ("transfers", _transfer),
        ("emergencies", _emergency),
        ("units", _unit),
    ],
)
def test_what_it_still_has_is_named_and_refuses_it(city: Installed, noun: str, tie: Callable[[Installed], str]) -> None:
    name = tie(city)
    error = refused(city)
    assert isinstance(error, Conflict)
    assert name in str(error.params[noun])
    assert city.read(lambda uow: uow.departments.get(city.ids["fgw"])).retired_at is None
    assert limits_of(city) == set(LIMITS.values())


def test_what_has_ended_does_not_refuse_it(city: Installed) -> None:
    orders.cancel(city.ctx, city.people["officer"], city.submitted(city.build_items()).id)
    unit = _unit(city)
    key = city.read(lambda uow: uow.departments.by_code(unit)).id
    mergers.merge(city.ctx, city.people["office-admin"], key, into=city.ids["fgw"], reason="并入")
    assert merge(city).successor_id == city.ids["czj"]


def test_a_district_s_office_with_orders_to_decide_does_not_end(city: Installed) -> None:
    order = city.submitted(city.build_items())
    with city.ctx.unit_of_work(city.people["office-admin"]) as uow:
        uow.orders.lock(order.id).office_id = city.ids["czj"]
    with pytest.raises(Conflict) as told:
        mergers.retire(city.ctx, city.people["office-admin"], city.ids["czj"], reason="x")
    assert order.number in str(told.value.params["orders"])
    orders.cancel(city.ctx, city.people["officer"], order.id)


def test_into_what_it_can_be_merged(city: Installed) -> None:
    assert refused(city, into="fgw").field == "into"
    office = city.people["office-admin"]
    absent = refused(city, lambda _: mergers.merge(city.ctx, office, city.ids["fgw"], into=new_id(), reason="x"))
    assert (type(absent), absent.field) == (NotFound, "into")
    assert refused(city, expected_version=99).code == "stale"
    for reason in ("", "  "):
        error = refused(city, lambda _, r=reason: mergers.retire(city.ctx, office, city.ids["fgw"], reason=r))
        assert error.field == "reason"


OFFICE = "office-admin"
ORDER: Act = lambda city: orders.create(city.ctx, city.people["officer"], city.form(city.build_items()))  # noqa: E731
CALLS: dict[str, tuple[str, Act]] = {
    "an order": ("department", ORDER),
    "a check": ("department", lambda city: orders.check(city.ctx, city.people["officer"], city.form([]))),
    "its own form": ("department", lambda city: forms.blank(city.ctx, city.people["officer"])),
    "a form by the office": ("on_behalf", lambda city: forms.blank(city.ctx, city.people[OFFICE], code_of(city))),
    "an import by the office": (
        "on_behalf",
        lambda city: imports.take(city.ctx, city.people[OFFICE], b"", on_behalf=code_of(city)),
    ),
    "a system": (
        "department_id",
        lambda city: systems.create(
            city.ctx, city.people["officer"], code=f"s{new_id().hex}", name="x", mlps_level=1, no_state_secrets=True
        ),
    ),
    "an account": (
        "department_id",
        lambda city: accounts.create(
            city.ctx, city.people[OFFICE], login="late", name="x", email="x@y", department_id=city.ids["fgw"],
            roles=frozenset({Role.DEPARTMENT_HEAD}),
        ),
    ),
    "a quota": (
        "department_id",
        lambda city: quotas.set_limit(
            city.ctx, city.people[OFFICE], department_id=city.ids["fgw"], cloud=CLOUD, zone=ZONE,
            dimension=Dimension.VCPU, limit=1,
        ),
    ),
    "an exemption": (
        "department_id",
        lambda city: exemptions.grant(
            city.ctx, city.people[OFFICE], rule="address-in-extranet", department_id=city.ids["fgw"], system_id=None,
            reason="x", ends_on=(city.clock.now() + timedelta(days=1)).date(),
        ),
    ),
    "a unit below": ("parent_id", _unit),
    "a new name": (
        "department_id",
        lambda city: departments.update(city.ctx, city.people[OFFICE], city.ids["fgw"], {"name": "x"}),
    ),
    "another merger": ("department_id", merge),
    "a merger into it": (
        "into",
        lambda city: mergers.merge(
            city.ctx, city.people[OFFICE], city.ids["qu"], into=city.ids["fgw"], reason="x"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CALLS)
def test_who_names_it_is_told_the_successor(city: Installed, what: str) -> None:
    merge(city)
    field, act = CALLS[what]
    error = refused(city, act)
    assert str(error) == f"{code_of(city)} was merged into czj 财政局 on {DAY}."
    assert (error.field, error.way_out.format(**error.params)) == (field, "Use the code czj.")


def test_a_receiver_that_was_merged_is_told_by_its_successor(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1)))
    other = city.apart()
    merge(other)
    ask = {"to_department": code_of(other), "to_system": "any", "reason": "x"}
    error = refused(
        city, lambda _: transfers.create(city.ctx, city.people["officer"], resources=[made["oa-1"].id], **ask)
    )
    assert (error.field, error.params["successor"]) == ("to_department", "czj")


def test_a_form_made_out_for_it_names_the_successor_in_its_cell(city: Installed) -> None:
    other = city.apart()
    stale = filled(other)
    mergers.merge(city.ctx, city.people["office-admin"], other.ids["fgw"], into=city.ids["fgw"], reason="并入")
    error = refused(city, lambda _: imports.take(city.ctx, city.people["officer"], stale))
    fault = next(fault for fault in error.faults if fault.cell == place("department"))
    assert (fault.params["successor"], fault.params["day"]) == (code_of(city), DAY)
    assert "merged into" in fault.message


def test_after_several_mergers_the_last_successor_is_named(city: Installed) -> None:
    middle = city.apart()
    merge_into = {"into": middle.ids["fgw"], "reason": "x"}
    mergers.merge(city.ctx, city.people["office-admin"], city.ids["fgw"], **merge_into)
    merge(middle)
    assert refused(city, ORDER).params["successor"] == "czj"


def test_its_people_still_read_what_has_ended(city: Installed) -> None:
    order = orders.cancel(city.ctx, city.people["officer"], city.submitted(city.build_items()).id)
    merge(city)
    assert orders.get(city.ctx, city.people["officer"], order.id).state == "cancelled"
    assert departments.get(city.ctx, city.people["officer"], city.ids["fgw"]).successor_id == city.ids["czj"]
