"""An approval taken back: until the build starts, and never a moment later."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.orders import Order
from cloudctl.ports.queries import PageAsk
from cloudctl.services import decisions, deliveries, orders
from cloudctl.workflows.provision_order import PROVISION_ORDER, begin
from tests.factories import Installed


def approved(city: Installed) -> Order:
    return decisions.approve(city.ctx, city.people["reviewer"], city.signed(city.build_items()).id)


def test_it_is_under_review_again_with_everything_held(city: Installed) -> None:
    order = approved(city)
    held, prefixes = city.ledger(), [prefix.state for prefix in city.prefixes(order)]
    recalled = decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="印章不符")
    assert (recalled.state, recalled.held, recalled.attempt) == ("in_review", True, 1)
    assert (recalled.approved_by, recalled.approved_for) == (None, None)
    assert city.resources(order) == {}
    assert (city.ledger(), [prefix.state for prefix in city.prefixes(order)]) == (held, prefixes)
    (event,) = [e for e in city.audited(action="deny/recall") if e["target"]["id"] == str(order.id)]
    assert (event["before"]["state"], event["after"]["state"], event["reason"]) == (
        "approved",
        "in_review",
        "印章不符",
    )
    assert city.progress(order)[-1] == "The approval was taken back; nothing had been built."
    told = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk()).items
    assert "order_recalled" in {notice.template for notice in told}
    city.run()
    assert city.order(order.id).state == "in_review"
    assert city.stranded() == []


def test_the_next_approval_is_another_attempt_and_the_first_saga_builds_nothing(city: Installed) -> None:
    """Both sagas are queued; the older one comes first and must not take the order from the newer one."""
    order = approved(city)
    decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    again = decisions.approve(city.ctx, city.people["reviewer"], order.id)
    assert (again.attempt, again.workflow_id) == (2, f"{order.id}:2")
    waiting = [flow for flow in city.queued() if flow.input[0] == str(order.id)]
    assert [flow.id for flow in waiting] == [f"{order.id}:1", f"{order.id}:2"]
    first = PROVISION_ORDER.body(city.steps_of(PROVISION_ORDER), *waiting[0].input)
    assert (first["outcome"], city.order(order.id).state) == ("stop", "approved")
    city.run()
    assert city.order(order.id).state == "delivered"
    assert all(count == 1 for count in city.objects(order).values())


def test_a_saga_that_an_older_version_queued_knows_no_attempt_and_builds(city: Installed) -> None:
    order = approved(city)
    assert begin(city.ctx, str(order.id))["outcome"] == "done"
    assert city.order(order.id).state == "provisioning"
    city.run()
    assert city.order(order.id).state == "delivered"


def test_what_was_corrected_after_a_recall_is_built_as_corrected(city: Installed) -> None:
    order = approved(city)
    decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["少一台"])
    orders.update(city.ctx, city.people["officer"], order.id, {"items": city.build_items(count=1)})
    orders.submit(city.ctx, city.people["officer"], order.id)
    decisions.sign_off(city.ctx, city.people["head"], order.id)
    if city.order(order.id).state == "signed_off":
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    city.run()
    assert city.order(order.id).state == "delivered"
    assert sorted(city.resources(order)) == ["oa-1", "oa-1-disk-1", "oa-net"]
    assert city.ledger()["servers"] == (0, 1)


@pytest.mark.parametrize("how_far", ["provisioning", "delivered"])
def test_too_late_says_what_has_happened_since_when_and_how_far(city: Installed, how_far: str) -> None:
    order = approved(city)
    if how_far == "provisioning":
        deliveries.begin(city.ctx, order.id, 1)
    else:
        city.run()
    before = city.rows()
    with pytest.raises(Conflict, match="Too late") as late:
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert (late.value.params["number"], late.value.params["state"]) == (order.number, how_far)
    assert str(late.value.params["since"]).startswith("20")
    assert "step" in late.value.params
    assert late.value.way_out is not None
    assert (city.rows(), city.order(order.id).state) == (before, how_far)
    city.run()


def test_without_an_approval_there_is_nothing_to_take_back(city: Installed) -> None:
    order = city.signed(city.build_items())
    with pytest.raises(Conflict, match="no approval to take back"):
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="x")
    with pytest.raises(Conflict, match="no approval to take back"):
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")


def test_a_second_recall_changes_nothing(city: Installed) -> None:
    order = approved(city)
    decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    before = city.rows()
    with pytest.raises(Conflict, match="no approval to take back"):
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert city.rows() == before
    city.run()


def test_only_who_approved_or_an_administrator_takes_it_back_and_says_why(city: Installed) -> None:
    order = decisions.approve(city.ctx, city.people["office-admin"], city.signed(city.build_items()).id)
    with pytest.raises(Forbidden, match="Only who approved"):
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    for who in ("officer", "head", "auditor"):
        with pytest.raises(Forbidden):
            decisions.recall(city.ctx, city.people[who], order.id, reason="x")
    with pytest.raises(NotFound):
        decisions.recall(city.ctx, city.people["office-admin"], city.ids["fgw"], reason="x")
    with pytest.raises(Invalid, match="reason"):
        decisions.recall(city.ctx, city.people["office-admin"], order.id, reason=" ")
    assert city.order(order.id).state == "approved"
    assert decisions.recall(city.ctx, city.people["office-admin"], order.id, reason="x").state == "in_review"
    city.run()


def test_what_policy_approved_is_an_administrators_to_take_back(city: Installed) -> None:
    items = city.build_items()[:1]
    order = city.signed(items)
    assert (order.state, order.approved_by) == ("approved", None)
    with pytest.raises(Forbidden):
        decisions.recall(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert decisions.recall(city.ctx, city.people["office-admin"], order.id, reason="x").state == "in_review"
    city.run()
