from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudctl.domain.notices import Message
from cloudctl.notifications.logs import Log
from cloudctl.notifications.post import Carrier


def test_without_a_mail_server_a_line_says_what_there_was_to_tell(
    notice: Callable[..., Message], caplog: pytest.LogCaptureFixture
) -> None:
    notifier: Carrier = Log()
    told = notice(template="anything")
    with caplog.at_level("INFO"):
        notifier.deliver(told)
    (line,) = caplog.messages
    assert str(told.id) in line
    assert told.recipient in line
    assert told.params["reason"] not in line
