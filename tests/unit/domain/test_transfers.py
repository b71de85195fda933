from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import TRANSFERS
from cloudctl.domain.transfers import Transfer

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def transfer() -> Transfer:
    return Transfer(
        number="HZ2026-0001", from_department_id=new_id(), to_department_id=new_id(), to_system_id=new_id(),
        resources=[new_id()], reason="划转", asked_by=new_id(), created_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("order", [("give", "take"), ("take", "give")])
def test_either_signature_may_come_first(order: tuple[str, str]) -> None:
    asked, heads = transfer(), {"give": new_id(), "take": new_id()}
    for side in order:
        asked.sign(side, heads[side], NOW)
    assert (asked.state, asked.given_by, asked.taken_by) == ("done", heads["give"], heads["take"])


@pytest.mark.parametrize("side", ["give", "take"])
def test_nobody_signs_twice(side: str) -> None:
    asked = transfer()
    asked.sign(side, new_id(), NOW)
    with pytest.raises(Refused):
        asked.sign(side, new_id(), NOW)


def test_what_has_ended_is_ended() -> None:
    assert TRANSFERS.final == {"done", "refused", "cancelled"}
