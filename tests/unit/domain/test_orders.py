from __future__ import annotations

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.lifecycle import ORDERS
from tests.unit.domain.making import order


def test_open_orders_are_those_that_may_hold_something() -> None:
    held = {state for state in ORDERS.states if order([], state=state).open}
    assert held == {
        "draft",
        "submitted",
        "signed_off",
        "in_review",
        "returned",
        "approved",
        "provisioning",
        "attention",
    }


def test_each_attempt_has_a_workflow_of_its_own() -> None:
    asked = order([], attempt=2)
    assert asked.workflow_id == f"{asked.id}:2"


def test_it_moves_along_its_table_only() -> None:
    asked = order([])
    asked.advance("submit")
    assert asked.state == "submitted"
    with pytest.raises(Refused):
        asked.advance("approve")
    assert asked.state == "submitted"
