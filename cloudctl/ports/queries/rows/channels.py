"""How a channel does, once something was sent through it."""

from __future__ import annotations

from datetime import datetime

from cloudctl.ports.queries.rows.base import Row


class ChannelRow(Row, frozen=True):
    """How a channel does, once something was sent through it."""

    name: str
    failures: int
    failing_since: datetime | None
    paused_until: datetime | None
    last_error: str | None
