from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudctl.domain.notices import Notice
from cloudctl.notifications.logs import LogNotifier
from cloudctl.ports.notifier import Notifier


def test_without_a_mail_server_a_line_says_what_there_was_to_tell(
    notice: Callable[..., Notice], caplog: pytest.LogCaptureFixture
) -> None:
    notifier: Notifier = LogNotifier()
    told = notice(template="anything")
    with caplog.at_level("INFO"):
        notifier.deliver(told)
    (line,) = caplog.messages
    assert str(told.id) in line
    assert told.recipient in line
    assert told.params["reason"] not in line
