from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudctl.domain.notices import Message
from cloudctl.notifications.post import Post
from cloudctl.ports.notifier import ChannelDown, Notifier


class Carrier:
    kind = "pigeon"

    def __init__(self) -> None:
        self.carried: list[Message] = []

    def deliver(self, message: Message) -> None:
        self.carried.append(message)


def test_each_message_goes_through_its_own_channel(notice: Callable[..., Message]) -> None:
    mail, duty = Carrier(), Carrier()
    post: Notifier = Post({"mail": mail, "duty": duty})
    told = notice(channel="duty")
    post.deliver(told)
    assert (mail.carried, duty.carried) == ([], [told])
    assert dict(post.channels) == {"mail": "pigeon", "duty": "pigeon"}


def test_a_channel_that_is_not_there_is_down(notice: Callable[..., Message]) -> None:
    with pytest.raises(ChannelDown, match="no channel duty"):
        Post({}).deliver(notice(channel="duty"))
