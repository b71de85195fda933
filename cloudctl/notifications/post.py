"""The installation's channels behind one door (`ports.notifier.Notifier`).

post = Post({"mail": Mail(settings), "duty": Messenger("dingtalk://...")})
post.deliver(message)       # through message.channel
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from cloudctl.domain.notices import Message
from cloudctl.ports.notifier import ChannelDown


class Carrier(Protocol):
    """One channel: its kind, and an attempt as `Notifier.deliver` has it."""

    @property
    def kind(self) -> str: ...
    def deliver(self, message: Message) -> None: ...


class Post:
    """Hands each message to its channel."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = dict(carriers)
        self.channels: Mapping[str, str] = MappingProxyType({name: each.kind for name, each in carriers.items()})

    def deliver(self, message: Message) -> None:
        """As its channel does; a channel that is not there is down."""
        carrier = self._carriers.get(message.channel)
        if carrier is None:
            raise ChannelDown(f"There is no channel {message.channel}.")
        carrier.deliver(message)
