"""Districts decide in their own subtree; the city sees everything, and takes over on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.accounts import Actor, Permission, Role
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Request, platform
from cloudctl.ports.queries import PageAsk, scope_of
from cloudctl.services import accounts, decisions, departments, deputies, orders, takeovers, todo
from tests.factories import Installed
from tests.seeds import CLOUD, LIMITS, ZONE, person


@dataclass
class Districts:
    """Two districts; the department `fgw` of the installation stands below the first one."""

    city: Installed
    first: Department
    second: Department
    reviewer: Request
    sibling: Request

    def signed(self, **changes: Any) -> Order:
        return self.city.signed(self.city.build_items(), **changes)


def district(city: Installed, *, parent: Department | None = None, level: Level = Level.DISTRICT) -> Department:
    parent_id = None if parent is None else parent.id
    code = f"q{new_id().hex[-10:]}"
    return departments.create(
        city.ctx, city.people["office-admin"], code=code, name=code, level=level, parent_id=parent_id
    )


def reviewer_of(city: Installed, department: Department) -> Request:
    return person(city.ctx, f"r{new_id().hex[-10:]}", Role.DISTRICT_REVIEWER, department.id)[0]


@pytest.fixture
def districts(city: Installed) -> Districts:
    first, second = district(city), district(city)
    with city.ctx.unit_of_work(platform("test")) as uow:
        for dimension, limit in LIMITS.items():
            uow.quotas.set_limit(first.id, CLOUD, ZONE, dimension, 2 * limit)
    changes = {"level": Level.TOWNSHIP, "parent_id": first.id}
    departments.update(city.ctx, city.people["office-admin"], city.ids["fgw"], changes)
    return Districts(city, first, second, reviewer_of(city, first), reviewer_of(city, second))


def test_a_district_decides_in_its_subtree(districts: Districts) -> None:
    city = districts.city
    order = districts.signed()
    assert order.office_id == districts.first.id
    assert "Lies with the office of {office}." in city.progress(order)
    with pytest.raises(NotFound):
        decisions.approve(city.ctx, districts.sibling, order.id)
    with pytest.raises(Conflict) as caught:
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    assert "take-over" in (caught.value.way_out or "")
    approved = decisions.approve(city.ctx, districts.reviewer, order.id)
    assert approved.state == "approved"
    city.run()
    assert city.order(order.id).state == "delivered"


@pytest.mark.parametrize("act", ["return", "reject"])
def test_a_district_says_no_as_well(districts: Districts, act: str) -> None:
    city, order = districts.city, districts.signed()
    if act == "return":
        ended = decisions.send_back(city.ctx, districts.reviewer, order.id, missing=["等保备案"])
    else:
        ended = decisions.reject(city.ctx, districts.reviewer, order.id, reason="重复")
    assert ended.state == {"return": "returned", "reject": "rejected"}[act]


def test_the_city_takes_over_with_a_reason_on_record(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason=" ")
    assert (caught.value.field, city.rows()) == ("reason", before)
    with pytest.raises(Forbidden):
        takeovers.take_over(city.ctx, districts.reviewer, order.id, reason="x")
    taken = takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="跨区项目")
    assert taken.office_id is None
    (told,) = city.audited(action="update/take-over")[-1:]
    assert (told["reason"], told["before"]) == ("跨区项目", {"office_id": str(districts.first.id)})
    with pytest.raises(Forbidden):
        decisions.approve(city.ctx, districts.reviewer, order.id)
    with pytest.raises(Conflict):
        takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="again")
    assert decisions.approve(city.ctx, city.people["office-admin"], order.id).state == "approved"


def test_what_was_taken_over_stays_with_the_city_after_a_correction(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="跨区项目")
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["批复"])
    assert orders.submit(city.ctx, city.people["officer"], order.id).office_id is None


def test_a_decided_order_is_not_taken_over(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    decisions.approve(city.ctx, districts.reviewer, order.id)
    with pytest.raises(Conflict):
        takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="x")


def test_the_responsible_office_s_reviewers_are_told(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    page = city.ctx.queries.notices.page(None, {"order_id": str(order.id)}, PageAsk(limit=100))
    told = {row.recipient for row in page.items if row.template == "order_signed_off"}
    assert told == {f"{districts.reviewer.actor.name}@example.gov.cn"}


def test_without_reviewers_the_next_district_above_or_the_city_decides(city: Installed) -> None:
    outer = district(city)
    inner = district(city, parent=outer)
    office = {"parent_id": inner.id, "level": Level.DISTRICT}
    with city.ctx.unit_of_work(platform("test")) as uow:
        for dimension, limit in LIMITS.items():
            for unit in (outer, inner):
                uow.quotas.set_limit(unit.id, CLOUD, ZONE, dimension, limit)
    departments.update(city.ctx, city.people["office-admin"], city.ids["fgw"], office)
    assert city.submitted(city.build_items("a")).office_id is None
    reviewer_of(city, outer)
    assert city.submitted(city.build_items("b")).office_id == outer.id


def test_nobody_decides_on_what_he_asked_for_in_another_life(districts: Districts) -> None:
    """An officer who became a district's reviewer meets his own application."""
    city, order = districts.city, districts.signed()
    applicant = city.people["officer"].actor
    both = Request(
        actor=Actor(
            account_id=applicant.account_id,
            name=applicant.name,
            department_id=districts.first.id,
            roles=frozenset({Role.DISTRICT_REVIEWER}),
            permissions=frozenset({Permission.ORDERS_REVIEW}),
            below=frozenset({city.ids["fgw"]}),
        ),
        request_id="r",
    )
    for decide in (decisions.approve, decisions.reject):
        with pytest.raises(Forbidden, match="own order"):
            decide(city.ctx, both, order.id, reason="x")


def test_what_somebody_sees_is_settled_when_the_token_is_looked_at(districts: Districts) -> None:
    city = districts.city
    village = district(city, parent=None, level=Level.VILLAGE)
    departments.update(city.ctx, city.people["office-admin"], village.id, {"parent_id": city.ids["fgw"]})
    secret = person(city.ctx, f"v{new_id().hex[-8:]}", Role.DISTRICT_ADMIN, districts.first.id)[1]
    actor = accounts.authenticate(city.ctx, secret)
    assert actor.below == {districts.first.id, city.ids["fgw"], village.id}
    assert actor.sees(village.id)
    assert not actor.sees(districts.second.id)
    assert not actor.sees(None)
    rows = city.ctx.queries.departments.page(scope_of(actor), {}, PageAsk()).items
    assert {row.id for row in rows} == actor.below
    departments.update(city.ctx, city.people["office-admin"], village.id, {"parent_id": districts.second.id})
    assert not accounts.authenticate(city.ctx, secret).sees(village.id)


def test_a_plain_department_sees_nothing_below_it(districts: Districts) -> None:
    city = districts.city
    village = district(city, parent=None, level=Level.VILLAGE)
    departments.update(city.ctx, city.people["office-admin"], village.id, {"parent_id": city.ids["fgw"]})
    actor = accounts.authenticate(city.ctx, city.secrets["officer"])
    assert (actor.below, scope_of(actor)) == (frozenset(), city.ids["fgw"])
    with pytest.raises(NotFound):
        departments.get(city.ctx, Request(actor=actor, request_id="r"), village.id)


def test_district_roles_belong_to_a_district(city: Installed) -> None:
    town = district(city, level=Level.TOWNSHIP)
    own = district(city)

    def make(department: Department, *roles: Role) -> Any:
        login = f"u{new_id().hex[-10:]}"
        return accounts.create(
            city.ctx, city.people["office-admin"], login=login, name="王", email="w@x.cn",
            department_id=department.id, roles=frozenset(roles),
        )  # fmt: skip

    for department, roles in (
        (town, {Role.DISTRICT_REVIEWER}),
        (own, {Role.DISTRICT_ADMIN, Role.DEPARTMENT_OFFICER}),
        (own, {Role.DISTRICT_ADMIN, Role.OFFICE_ADMIN}),
    ):
        with pytest.raises(Invalid) as caught:
            make(department, *roles)
        assert caught.value.field == "roles"
    made = make(own, Role.DISTRICT_ADMIN, Role.DISTRICT_REVIEWER)
    with pytest.raises(Conflict) as refused:
        departments.update(city.ctx, city.people["office-admin"], own.id, {"level": Level.CITY})
    assert refused.value.field == "level"
    officer = make(town, Role.DEPARTMENT_OFFICER)
    with pytest.raises(Invalid):
        accounts.update(city.ctx, city.people["office-admin"], officer.id, {"roles": frozenset({Role.DISTRICT_ADMIN})})
    assert made.roles == {Role.DISTRICT_ADMIN, Role.DISTRICT_REVIEWER}


def test_levels_of_the_tree(city: Installed) -> None:
    top, town = district(city), district(city, level=Level.TOWNSHIP)
    with pytest.raises(Invalid) as caught:
        district(city, parent=town)
    assert caught.value.field == "parent_id"
    with pytest.raises(Invalid) as caught:
        departments.update(city.ctx, city.people["office-admin"], top.id, {"parent_id": town.id})
    assert caught.value.field == "parent_id"
    departments.update(city.ctx, city.people["office-admin"], town.id, {"parent_id": top.id})
    with pytest.raises(Invalid) as caught:
        departments.update(city.ctx, city.people["office-admin"], town.id, {"level": Level.CITY})
    assert caught.value.field == "level"
    village = district(city, parent=town, level=Level.VILLAGE)
    with pytest.raises(Invalid):
        departments.update(city.ctx, city.people["office-admin"], village.id, {"level": Level.DISTRICT})
    with pytest.raises(Invalid):
        departments.update(city.ctx, city.people["office-admin"], top.id, {"level": Level.VILLAGE})


def test_an_order_waits_for_the_people_of_its_office_only(districts: Districts) -> None:
    city, order = districts.city, districts.signed()

    def waits_for(request: Request) -> bool:
        return order.number in {row.number for row in todo.waiting(city.ctx, request, 500)}

    assert waits_for(districts.reviewer)
    assert not waits_for(districts.sibling)
    assert not waits_for(city.people["reviewer"])
    takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="跨区项目")
    assert waits_for(city.people["reviewer"])
    assert not waits_for(districts.reviewer)


def test_a_deputy_of_a_district_s_reviewer_sees_what_the_reviewer_sees(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    login = f"d{new_id().hex[-10:]}"
    secret = person(city.ctx, login, Role.DISTRICT_ADMIN, districts.first.id)[1]
    principal = districts.reviewer.actor.name
    now = city.ctx.clock.now()
    deputies.appoint(
        city.ctx, districts.reviewer, deputy=login, starts_at=now, ends_at=now + timedelta(days=1), reason="公休"
    )
    actor = accounts.authenticate(city.ctx, secret, act_for=principal)
    assert actor.below == accounts.authenticate(city.ctx, secret).below
    deputy = Request(actor=actor, request_id="deputy")
    assert decisions.approve(city.ctx, deputy, order.id).approved_for == districts.reviewer.actor.account_id


def test_the_district_s_people_are_told_that_the_city_took_an_order_over(districts: Districts) -> None:
    city, order = districts.city, districts.signed()
    admin, _, _ = person(city.ctx, f"a{new_id().hex[-10:]}", Role.DISTRICT_ADMIN, districts.first.id)
    takeovers.take_over(city.ctx, city.people["reviewer"], order.id, reason="跨区项目")
    rows = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk(limit=100)).items
    told = [row for row in rows if row.template == "order_taken_over"]
    assert {row.account_id for row in told} == {districts.reviewer.actor.account_id, admin.actor.account_id}
    said = city.read(lambda uow: uow.notices.get(told[0].id)).params
    assert (said["office"], said["reason"]) == (districts.first.name, "跨区项目")
