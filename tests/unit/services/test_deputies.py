"""Deputies at work: what they may, what they may not, and the end of an appointment in the middle of an act."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.deputies import Deputy
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Request, platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import accounts, decisions, deputies, orders, tokens
from tests.factories import Installed
from tests.seeds import person

TEN_DAYS = timedelta(days=10)


def at_the_office(city: Installed) -> Order:
    return city.signed(city.build_items())


def login(city: Installed, who: str) -> str:
    return city.people[who].actor.name


def appoint(city: Installed, principal: str, deputy: str, by: str | None = None, **changes: Any) -> Deputy:
    now = city.clock.now()
    values: dict[str, Any] = {"starts_at": now, "ends_at": now + TEN_DAYS, "reason": "公休"}
    return deputies.appoint(
        city.ctx,
        city.people[by or principal],
        principal=login(city, principal),
        deputy=login(city, deputy),
        **values | changes,
    )


def acting(city: Installed, deputy: str, principal: str) -> Request:
    """The deputy's next request."""
    actor = accounts.authenticate(city.ctx, city.secrets[deputy], login(city, principal))
    return Request(actor=actor, request_id=f"{deputy}-for-{principal}")


def join(city: Installed, who: str, role: Role, department: str | None = None, *more: Role) -> None:
    """Another person, known to the test as `who`."""
    key = None if department is None else city.ids[department]
    name = f"{who}.{city.people['officer'].actor.name}"
    city.people[who], city.secrets[who], city.ids[who] = person(city.ctx, name, role, key, *more)


@pytest.fixture
def staffed(city: Installed) -> Installed:
    """An office of its own for the test, and somebody who can stand in for the head and for the reviewer."""
    join(city, "head2", Role.DEPARTMENT_OFFICER, "fgw")
    join(city, "office-admin", Role.OFFICE_ADMIN)
    for who in ("reviewer", "reviewer2"):
        join(city, who, Role.OFFICE_REVIEWER)
    return city


def test_a_deputy_signs_with_the_powers_of_the_principal_and_both_names_are_on_record(staffed: Installed) -> None:
    city = staffed
    appoint(city, "head", "head2")
    order = city.submitted(city.build_items())
    with pytest.raises(Forbidden, match="orders:sign-off"):
        decisions.sign_off(city.ctx, city.people["head2"], order.id)
    request = acting(city, "head2", "head")
    both = f"{login(city, 'head2')} for {login(city, 'head')}"
    assert request.actor.name == both
    signed = decisions.sign_off(city.ctx, request, order.id)
    assert (signed.signed_off_by, signed.signed_off_for) == (city.ids["head2"], city.ids["head"])
    event = next(event for event in city.audited(action="allow/sign-off") if event["initiator"]["name"] == both)
    assert event["initiator"]["id"] == str(city.ids["head2"])
    assert event["initiator"]["actingFor"] == {"id": str(city.ids["head"]), "name": login(city, "head")}
    assert city.ctx.queries.progress_of(order.id)[-1].actor == both


def test_who_acts_in_his_own_name_leaves_no_trace_of_a_principal(city: Installed) -> None:
    order = at_the_office(city)
    assert (order.applicant_for, order.signed_off_for) == (None, None)
    signed = [event for event in city.audited(action="allow/sign-off") if event["target"]["id"] == str(order.id)]
    assert [event["initiator"]["name"] for event in signed] == [login(city, "head")]
    assert "actingFor" not in signed[0]["initiator"]


def test_without_an_appointment_in_force_nobody_acts_for_anybody(staffed: Installed) -> None:
    city = staffed
    soon = city.clock.now() + timedelta(days=1)
    made = appoint(city, "head", "head2", starts_at=soon)
    for principal in ("head", "officer"):
        with pytest.raises(Forbidden, match="not the deputy"):
            acting(city, "head2", principal)
    with pytest.raises(Forbidden, match="not the deputy of nobody"):
        accounts.authenticate(city.ctx, city.secrets["head2"], "nobody")
    city.clock.move(days=1)
    assert acting(city, "head2", "head").actor.deputy_id == made.id
    city.clock.move(days=9)
    with pytest.raises(Forbidden, match="not the deputy"):
        acting(city, "head2", "head")


def test_a_principal_who_left_lends_nothing(staffed: Installed) -> None:
    city = staffed
    appoint(city, "reviewer2", "reviewer")
    accounts.update(city.ctx, city.people["office-admin"], city.ids["reviewer2"], {"active": False})
    with pytest.raises(Forbidden, match="not the deputy"):
        acting(city, "reviewer", "reviewer2")


def test_the_end_in_the_middle_of_an_act_refuses_it_and_nothing_has_changed(staffed: Installed) -> None:
    """Authenticated before the end, committed after it."""
    city = staffed
    appoint(city, "reviewer", "reviewer2")
    order = at_the_office(city)
    request = acting(city, "reviewer2", "reviewer")
    before = city.rows()
    with _moving(city, days=10), pytest.raises(Forbidden, match="not the deputy") as refused:
        decisions.approve(city.ctx, request, order.id)
    assert refused.value.field == "Act-For"
    assert (city.rows(), city.order(order.id).state, city.queued()) == (before, "signed_off", [])
    city.clock.move(days=10)
    with pytest.raises(Forbidden, match="not the deputy"):
        decisions.reject(city.ctx, request, order.id, reason="x")
    assert city.rows() == before


def test_a_revocation_in_the_middle_of_an_act_refuses_it(staffed: Installed) -> None:
    city = staffed
    made = appoint(city, "reviewer", "reviewer2")
    order = at_the_office(city)
    request = acting(city, "reviewer2", "reviewer")
    revoked = deputies.revoke(city.ctx, city.people["reviewer"], made.id, "back early")
    assert deputies.revoke(city.ctx, city.people["reviewer"], made.id).revoked_at == revoked.revoked_at
    with pytest.raises(Forbidden, match="not the deputy"):
        decisions.approve(city.ctx, request, order.id)
    assert city.order(order.id).state == "signed_off"


@contextmanager
def _moving(city: Installed, **by: float) -> Any:
    """The clock moves after the first look at it inside the act, as if the act took so long."""
    clock, asked = city.clock, 0
    now = clock.now

    def slow() -> Any:
        nonlocal asked
        asked += 1
        return now() if asked == 1 else now() + timedelta(**by)

    clock.now = slow  # type: ignore[method-assign]
    try:
        yield
    finally:
        del clock.now  # type: ignore[method-assign]


def test_separation_of_duties_counts_both_names(staffed: Installed) -> None:
    """Neither the deputy nor the principal may be who asked or who signed."""
    city = staffed
    join(city, "both", Role.DEPARTMENT_OFFICER, "fgw", Role.DEPARTMENT_HEAD)
    join(city, "head3", Role.DEPARTMENT_HEAD, "fgw")
    own = orders.create(city.ctx, city.people["both"], city.form(city.build_items()), submit=True)
    appoint(city, "head", "both")
    appoint(city, "both", "head3", starts_at=city.clock.now() + TEN_DAYS, ends_at=city.clock.now() + 2 * TEN_DAYS)
    with pytest.raises(Forbidden, match="own order"):  # the deputy asked for it
        decisions.sign_off(city.ctx, acting(city, "both", "head"), own.id)
    with pytest.raises(Forbidden, match="own order"):
        decisions.send_back(city.ctx, acting(city, "both", "head"), own.id, reason="x")
    city.clock.move(days=10)
    with pytest.raises(Forbidden, match="own order"):  # the principal asked for it
        decisions.sign_off(city.ctx, acting(city, "head3", "both"), own.id)
    assert city.order(own.id).state == "submitted"


def test_what_a_deputy_asked_for_in_the_name_of_another_is_both_peoples_own(staffed: Installed) -> None:
    city = staffed
    join(city, "both", Role.DEPARTMENT_OFFICER, "fgw", Role.DEPARTMENT_HEAD)
    appoint(city, "both", "head2")
    order = orders.create(city.ctx, acting(city, "head2", "both"), city.form(city.build_items()), submit=True)
    assert (order.applicant_id, order.applicant_for) == (city.ids["head2"], city.ids["both"])
    with pytest.raises(Forbidden, match="own order"):
        decisions.sign_off(city.ctx, city.people["both"], order.id)


def test_nobody_signs_as_one_and_approves_as_another(staffed: Installed) -> None:
    city = staffed
    order = at_the_office(city)
    signer = replace(city.people["reviewer"].actor, account_id=city.ids["head"])
    for actor in (signer, replace(city.people["reviewer"].actor, for_account_id=city.ids["head"])):
        for act, words in ((decisions.approve, {}), (decisions.reject, {"reason": "x"})):
            with pytest.raises(Forbidden):
                act(city.ctx, Request(actor=actor, request_id="r"), order.id, **words)
    assert city.order(order.id).state == "signed_off"


def test_no_deputy_of_a_deputy(staffed: Installed) -> None:
    city = staffed
    join(city, "reviewer3", Role.OFFICE_REVIEWER)
    before = city.rows()
    made = appoint(city, "reviewer", "reviewer2")
    with pytest.raises(Conflict, match="no deputy of a deputy"):
        appoint(city, "reviewer2", "reviewer3")
    with pytest.raises(Conflict, match="is replaced"):
        appoint(city, "office-admin", "reviewer")
    with pytest.raises(Conflict, match="has a deputy in that time already"):
        appoint(city, "reviewer", "reviewer3", by="office-admin")
    deputies.revoke(city.ctx, city.people["office-admin"], made.id)
    appoint(city, "reviewer2", "reviewer3")
    assert city.rows()["deputies"] == before["deputies"] + 2


def test_a_deputy_passes_nothing_on_that_the_principal_has_as_a_deputy_only(staffed: Installed) -> None:
    """The appointments were made one after the other; the powers of the first reach nobody through the second."""
    city = staffed
    appoint(city, "office-admin", "reviewer", ends_at=city.clock.now() + timedelta(days=5))
    appoint(
        city, "reviewer", "reviewer2", starts_at=city.clock.now() + timedelta(days=5),
    )  # fmt: skip
    assert Permission.QUOTAS_WRITE in acting(city, "reviewer", "office-admin").actor.permissions
    city.clock.move(days=6)
    assert Permission.QUOTAS_WRITE not in acting(city, "reviewer2", "reviewer").actor.permissions
    with pytest.raises(Forbidden):
        acting(city, "reviewer2", "office-admin")


def test_a_deputy_gets_nothing_that_outlives_the_appointment(staffed: Installed) -> None:
    city = staffed
    made = appoint(city, "office-admin", "reviewer2")
    request = acting(city, "reviewer2", "office-admin")
    assert not {Permission.ACCOUNTS_WRITE, Permission.DEPUTIES_WRITE} & request.actor.permissions
    with pytest.raises(Forbidden):
        tokens.issue(city.ctx, request, city.ids["office-admin"], name="mine")
    with pytest.raises(Forbidden, match="appoints and revokes no deputies"):
        deputies.revoke(city.ctx, request, made.id)
    with pytest.raises(Forbidden, match="appoints and revokes no deputies"):
        deputies.appoint(
            city.ctx, request, deputy=login(city, "reviewer"), starts_at=city.clock.now(),
            ends_at=city.clock.now() + TEN_DAYS, reason="x",
        )  # fmt: skip


def test_a_token_that_was_cut_down_stays_so(staffed: Installed) -> None:
    city = staffed
    appoint(city, "reviewer", "reviewer2")
    _, narrow = tokens.issue(
        city.ctx, city.people["reviewer2"], city.ids["reviewer2"], name="narrow", scopes=frozenset({"orders:read"})
    )
    actor = accounts.authenticate(city.ctx, narrow, login(city, "reviewer"))
    assert actor.permissions == {Permission.ORDERS_READ}


@pytest.mark.parametrize(
    ("principal", "deputy", "by", "error", "field"),
    [
        ("head", "stranger", "office-admin", Invalid, "deputy"),
        ("head", "reviewer", "office-admin", Invalid, "deputy"),
        ("head", "head", "head", Invalid, "deputy"),
        ("head", "stranger", "head", NotFound, "deputy"),
        ("stranger", "officer", "head", Forbidden, None),
        ("head", "officer", "officer", Forbidden, None),
        ("reviewer", "reviewer2", "auditor", Forbidden, None),
    ],
)
def test_who_is_appointed_by_whom(
    staffed: Installed, principal: str, deputy: str, by: str, error: type[Exception], field: str | None
) -> None:
    before = staffed.rows()
    with pytest.raises(error) as refused:
        appoint(staffed, principal, deputy, by)
    assert getattr(refused.value, "field", None) == field
    assert staffed.rows() == before


def test_an_appointment_needs_a_reason_and_a_time_to_come(city: Installed) -> None:
    with pytest.raises(Invalid, match="reason"):
        appoint(city, "head", "officer", reason=" ")
    with pytest.raises(Invalid, match="over already"):
        appoint(city, "head", "officer", starts_at=city.clock.now() - TEN_DAYS, ends_at=city.clock.now())


def test_a_department_sees_its_own_deputies_and_revokes_only_its_own(staffed: Installed) -> None:
    city = staffed
    mine, theirs = appoint(city, "head", "head2"), appoint(city, "reviewer", "reviewer2")
    rows = city.ctx.queries.deputies.page(city.ids["fgw"], {}, PageAsk()).items
    assert [(row.principal, row.deputy) for row in rows] == [(login(city, "head"), login(city, "head2"))]
    assert {row.id for row in city.ctx.queries.deputies.page(None, {}, PageAsk()).items} >= {mine.id, theirs.id}
    with pytest.raises(NotFound):
        deputies.revoke(city.ctx, city.people["strange-head"], mine.id)
    with pytest.raises(Forbidden):
        deputies.revoke(city.ctx, city.people["officer"], mine.id)


def test_the_deputy_of_who_approved_takes_the_approval_back(staffed: Installed) -> None:
    city = staffed
    order = decisions.approve(city.ctx, city.people["reviewer"], at_the_office(city).id)
    with pytest.raises(Forbidden, match="Only who approved"):
        decisions.recall(city.ctx, city.people["reviewer2"], order.id, reason="x")
    appoint(city, "reviewer", "reviewer2")
    recalled = decisions.recall(city.ctx, acting(city, "reviewer2", "reviewer"), order.id, reason="印章不符")
    assert recalled.state == "in_review"
    city.run()


def test_the_platform_is_nobodys_deputy(city: Installed) -> None:
    assert platform("x").actor.persons == frozenset()
    assert city.approved(city.build_items()).approved_for is None
    city.run()


def told_of(city: Installed, order: Order, template: str) -> dict[str, dict[str, str]]:
    """Who was told of an order by a template, by mail address, with the notice's params."""
    rows = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk(limit=100)).items
    mine = [row.id for row in rows if row.template == template]
    found = city.read(lambda uow: [uow.notices.get(key) for key in mine])
    assert len({notice.recipient for notice in found}) == len(found)
    return {notice.recipient: dict(notice.params) for notice in found}


def mail(city: Installed, who: str) -> str:
    return f"{login(city, who)}@example.gov.cn"


def test_a_deputy_gets_a_copy_of_what_the_principal_is_told_while_the_appointment_stands(staffed: Installed) -> None:
    city = staffed
    before = city.submitted(city.build_items("before"))
    appointed = appoint(city, "head", "head2")
    during = city.submitted(city.build_items("during"))
    assert set(told_of(city, before, "order_submitted")) == {mail(city, "head")}
    copies = told_of(city, during, "order_submitted")
    assert set(copies) == {mail(city, "head"), mail(city, "head2")}
    assert copies[mail(city, "head2")]["deputy_of"] == login(city, "head")
    assert "deputy_of" not in copies[mail(city, "head")]
    deputies.revoke(city.ctx, city.people["head"], appointed.id)
    after = city.submitted(city.build_items("after"))
    assert set(told_of(city, after, "order_submitted")) == {mail(city, "head")}


def test_before_its_start_and_after_its_end_an_appointment_copies_nothing(staffed: Installed) -> None:
    city = staffed
    now = city.clock.now()
    appoint(city, "head", "head2", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    early = city.submitted(city.build_items("early"))
    city.clock.move(days=1)
    inside = city.submitted(city.build_items("inside"))
    city.clock.move(days=1)
    late = city.submitted(city.build_items("late"))
    assert [len(told_of(city, order, "order_submitted")) for order in (early, inside, late)] == [1, 2, 1]


def test_who_is_told_anyway_is_told_once_and_in_the_own_name(staffed: Installed) -> None:
    city = staffed
    appoint(city, "officer", "head2")
    order = city.signed(city.build_items())
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    told = told_of(city, order, "order_returned")
    assert set(told) == {mail(city, "officer"), mail(city, "head2")}  # head2 is an officer as well
    assert all("deputy_of" not in params for params in told.values())


def test_a_deputy_who_left_gets_no_copy(staffed: Installed) -> None:
    city = staffed
    appoint(city, "head", "head2")
    accounts.update(city.ctx, city.people["office-admin"], city.ids["head2"], {"active": False})
    order = city.submitted(city.build_items())
    assert set(told_of(city, order, "order_submitted")) == {mail(city, "head")}
