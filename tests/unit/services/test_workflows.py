from __future__ import annotations

import pytest

from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.services import workflows
from tests.factories import Installed


def test_what_runs_is_listed_and_looked_at(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    operator = city.people["operator"]
    listed = workflows.recent(city.ctx, operator, saga="provision_order", limit=1)
    assert [state.id for state in listed] == [order.workflow_id]
    state, steps = workflows.get(city.ctx, operator, order.workflow_id)
    assert (state.input, steps) == ((str(order.id), "1"), [])


def test_what_is_nowhere_is_not_found(city: Installed) -> None:
    for act in (workflows.get, workflows.resume):
        with pytest.raises(NotFound):
            act(city.ctx, city.people["operator"], "no such workflow")


def test_what_has_ended_is_not_resumed(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    with pytest.raises(Conflict):
        workflows.resume(city.ctx, city.people["operator"], order.workflow_id)
