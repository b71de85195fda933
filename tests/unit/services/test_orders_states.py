"""What each state allows, to whom, and what is left of it."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Conflict, Forbidden, NotFound, Refused, Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import ORDERS
from cloudctl.services import orders
from tests.factories import Installed
from tests.unit.services.stages import ACTS, INTO, draft

EVERYBODY = {"officer", "head", "stranger", "strange-head", "reviewer", "office-admin", "operator", "auditor"}


# What the office does to a signed order takes it up for review by the way; a head's return is another test's.
BY_THE_WAY = {("signed_off", "approve"), ("signed_off", "reject")}


@pytest.mark.parametrize("state", INTO)
def test_in_each_state_only_what_the_table_lists_can_be_done(city: Installed, state: str) -> None:
    order = INTO[state](city)
    assert order.state == state
    for event, (who, act, words) in ACTS.items():
        if event in ORDERS.events(state) or (state, event) in BY_THE_WAY:
            continue
        before = city.rows()
        with pytest.raises(Conflict):
            act(city.ctx, city.people[who], order.id, **words)
        assert (city.order(order.id).state, city.rows()) == (state, before), event
    if state == "approved":
        city.run()


@pytest.mark.parametrize("state", ["draft", "submitted", "signed_off", "in_review", "returned", "approved"])
def test_it_can_be_withdrawn_until_the_build_begins_and_lets_everything_go(city: Installed, state: str) -> None:
    before = city.ledger()
    order = INTO[state](city)
    gone = orders.cancel(city.ctx, city.people["officer"], order.id, reason="不再需要")
    assert (gone.state, gone.held) == ("cancelled", False)
    assert (city.ledger(), {prefix.state for prefix in city.prefixes(order)} - {"free"}) == (before, set())
    city.run()
    assert city.objects(order) == {}


@pytest.mark.parametrize("state", ["delivered", "rejected", "refused", "cancelled", "closed"])
def test_what_has_ended_cannot_be_withdrawn(city: Installed, state: str) -> None:
    order = INTO[state](city)
    with pytest.raises(Refused):
        orders.cancel(city.ctx, city.people["officer"], order.id)


@pytest.mark.parametrize("state", ["submitted", "signed_off", "in_review", "approved", "delivered"])
def test_only_a_draft_or_a_returned_order_is_rewritten(city: Installed, state: str) -> None:
    order = INTO[state](city)
    with pytest.raises(Conflict, match="rewritten"):
        orders.update(city.ctx, city.people["officer"], order.id, {"title": "x"})
    city.run()


@pytest.mark.parametrize("event", ACTS)
def test_a_version_that_was_overtaken_is_stale(city: Installed, event: str) -> None:
    state = next(state for state in INTO if event in ORDERS.events(state))
    who, act, words = ACTS[event]
    order = INTO[state](city)
    if event == "return":
        who = "head" if state == "submitted" else "reviewer"
    with pytest.raises(Stale):
        act(city.ctx, city.people[who], order.id, **words, expected_version=order.version - 1)
    assert city.order(order.id).state == state
    assert act(city.ctx, city.people[who], order.id, **words, expected_version=order.version).state != state


@pytest.mark.parametrize(
    ("act", "may"),
    [
        ("submit", {"officer"}),
        ("sign_off", {"head"}),
        ("accept", {"reviewer", "office-admin"}),
        ("refuse", {"reviewer", "office-admin"}),
        ("approve", {"reviewer", "office-admin"}),
        ("reject", {"reviewer", "office-admin"}),
        ("return", {"head", "reviewer", "office-admin"}),
        ("cancel", {"officer"}),
        ("close", {"officer", "reviewer", "office-admin"}),
    ],
)
def test_who_may(city: Installed, act: str, may: set[str]) -> None:
    """Who may not is told so, whatever the state; who belongs to another department is told that there is nothing."""
    order = draft(city)
    _, use_case, words = ACTS[act]
    for who in EVERYBODY:
        foreign = {"stranger": "officer", "strange-head": "head"}.get(who)
        expected = NotFound if foreign in may else Forbidden
        if who in may:
            expected = Conflict if act not in {"submit", "cancel"} else NotFound
        key = order.id if expected is not NotFound or foreign else new_id()
        with pytest.raises(expected):
            use_case(city.ctx, city.people[who], key, **words)
    assert city.order(order.id).state == "draft"
