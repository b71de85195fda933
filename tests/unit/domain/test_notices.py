from __future__ import annotations

from datetime import timedelta

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.notices import ATTEMPTS, FIRST_RETRY, Notice
from tests.unit.domain.making import NOW


def notice() -> Notice:
    return Notice(recipient="li@x.cn", template="order_submitted", params={}, due_at=NOW, created_at=NOW)


def test_each_pause_is_twice_the_last_until_it_is_given_up() -> None:
    told, pauses = notice(), []
    while told.state == "pending":
        told.refused(NOW, "451 try later")
        pauses.append(told.due_at - NOW)
    assert (told.state, told.attempts, told.last_error) == ("failed", ATTEMPTS, "451 try later")
    assert pauses[:-1] == [FIRST_RETRY * 2**number for number in range(ATTEMPTS - 1)]
    assert sum(pauses[:-1], timedelta()) > timedelta(minutes=30)


def test_what_was_sent_is_not_sent_again() -> None:
    told = notice()
    told.sent(NOW)
    assert (told.state, told.sent_at) == ("sent", NOW)
    with pytest.raises(Refused):
        told.sent(NOW)
