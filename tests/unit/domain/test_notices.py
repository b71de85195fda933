from __future__ import annotations

from datetime import timedelta

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.notices import FIRST_RETRY, LONGEST_PAUSE, PATIENCE, Notice
from tests.unit.domain.making import NOW


def notice() -> Notice:
    return Notice(recipient="li@x.cn", template="order_submitted", params={}, due_at=NOW, created_at=NOW)


def test_each_pause_is_twice_the_last_up_to_the_longest_until_it_is_given_up_after_three_days() -> None:
    told, now, pauses = notice(), NOW, []
    while told.state == "pending":
        told.refused(now, "451 try later")
        pauses.append(told.due_at - now)
        now = max(told.due_at, now)
    tried = pauses[:-1]
    assert (told.state, told.attempts, told.last_error) == ("failed", len(pauses), "451 try later")
    assert tried[:7] == [min(FIRST_RETRY * 2**number, LONGEST_PAUSE) for number in range(7)]
    assert set(tried[7:]) == {LONGEST_PAUSE}
    assert PATIENCE <= sum(tried, timedelta()) < PATIENCE + LONGEST_PAUSE


def test_patience_begins_with_the_first_failure_not_with_the_event() -> None:
    told = notice()
    told.refused(NOW + timedelta(days=30), "451 try later")
    assert told.state == "pending"


def test_what_was_sent_is_not_sent_again() -> None:
    told = notice()
    told.sent(NOW)
    assert (told.state, told.sent_at, told.attempts) == ("sent", NOW, 1)
    for act in (told.sent, told.again):
        with pytest.raises(Refused):
            act(NOW)
    with pytest.raises(Refused):
        told.fold(new_id())


def test_one_that_was_given_up_gets_new_patience() -> None:
    told = notice()
    told.failing_since = NOW
    told.given_up("no such template")
    later = NOW + timedelta(days=9)
    told.again(later)
    assert (told.state, told.due_at) == ("pending", later)
    told.refused(later, "450 mailbox busy")
    assert told.state == "pending"
