from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cloudctl.domain.emergencies import Emergency
from cloudctl.domain.errors import Refused
from cloudctl.domain.identifiers import new_id

NOW = datetime(2026, 2, 13, 9, tzinfo=UTC)


def emergency(state: str = "open") -> Emergency:
    return Emergency(
        number="YJ2026-0001", order_id=new_id(), department_id=new_id(), approver="王海", approved_at=NOW,
        noted_by=new_id(), note="台风", due_at=NOW, state=state, created_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "event", "target"),
    [
        ("open", "hand_in", "paper_in"),
        ("open", "lapse", "overdue"),
        ("overdue", "hand_in", "paper_in"),
        ("paper_in", "send_back", "open"),
        ("paper_in", "close", "closed"),
    ],
)
def test_where_each_event_leads(state: str, event: str, target: str) -> None:
    record = emergency(state)
    record.advance(event)
    assert record.state == target


@pytest.mark.parametrize(("state", "event"), [("open", "close"), ("overdue", "close"), ("closed", "hand_in")])
def test_nothing_is_closed_without_its_form(state: str, event: str) -> None:
    with pytest.raises(Refused):
        emergency(state).advance(event)
