"""Sending notices."""

from __future__ import annotations

from typing import Protocol

from cloudctl.domain.notices import Notice


class Notifier(Protocol):
    """Renders a notice in both languages and hands it to a channel."""

    def deliver(self, notice: Notice) -> None:
        """Raises OSError with the channel's words when it was not taken. The same notice is the same message."""
        ...
