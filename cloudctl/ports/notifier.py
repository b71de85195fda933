"""Sending notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cloudctl.domain.notices import Message


class ChannelDown(OSError):
    """Nothing goes through the channel just now, this message or another; any other OSError is about the message."""


class Unsendable(Exception):
    """This message can never be sent: its template is unknown, its recipient is no address."""


class Notifier(Protocol):
    """The installation's channels."""

    @property
    def channels(self) -> Mapping[str, str]:
        """What kind each channel is of, by its name; `mail` is always there."""
        ...

    def deliver(self, message: Message) -> None:
        """Renders a message and hands it to its channel, in one attempt. The same id is the same message.

        Raises ChannelDown, Unsendable, or an OSError with the channel's words when this message was not taken.
        """
        ...
