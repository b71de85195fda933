from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.ratings import Rating

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def rating(mark: int = 5, **fields: Any) -> Rating:
    own = {"order_id": new_id(), "department_id": new_id(), "rated_by": new_id(), "created_at": NOW}
    return Rating(mark=mark, **{**own, **fields})


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_there_are_five_marks(mark: int) -> None:
    with pytest.raises(Invalid) as caught:
        rating(mark, reason="x")
    assert caught.value.field == "mark"


@pytest.mark.parametrize(("mark", "bad"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
def test_a_bad_one_needs_a_reason(mark: int, *, bad: bool) -> None:
    assert rating(mark, reason="太慢").bad is bad
    if bad:
        with pytest.raises(Invalid) as caught:
            rating(mark, reason="  ")
        assert caught.value.field == "reason"
    else:
        assert not rating(mark).reason


def test_an_answer_is_owed_and_given_once() -> None:
    made = rating(1, reason="太慢")
    made.owe(NOW + timedelta(days=7))
    assert made.state == "answer_owed"
    with pytest.raises(Invalid) as caught:
        made.answered("  ", new_id(), NOW)
    assert caught.value.field == "answer"
    who = new_id()
    made.answered("已改进", who, NOW)
    assert (made.state, made.answer, made.answered_by, made.answered_at) == ("answered", "已改进", who, NOW)
    with pytest.raises(Refused):
        made.answered("再答", who, NOW)


def test_a_good_one_may_be_answered_as_well() -> None:
    made = rating(5)
    made.answered("谢谢", new_id(), NOW)
    assert made.state == "answered"
