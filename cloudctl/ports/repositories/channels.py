"""How channels do, and what people want of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from cloudctl.domain.channels import Channel, Preferences


class Channels(Protocol):
    """How channels do, and what people want of them."""

    def lock(self, name: str) -> Channel:
        """The record of a channel, made if need be, locked until this transaction ends."""
        ...

    def preferences(self, accounts: Collection[UUID]) -> dict[UUID, Preferences]:
        """What each of these people wants; who said nothing has the defaults, which are on record nowhere."""
        ...

    def prefer(self, wanted: Preferences) -> None:
        """Puts a person's first preferences on record; raises Conflict when there are some."""
        ...
