"""The records of a noun of the register, all at once: for sheets, which compare and change many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class RegisterRows(Protocol):
    """The rows of systems, rooms, racks, devices and accesses, by the plural name of the noun."""

    def on_record(self, noun: str, at: datetime | None = None) -> Sequence[dict[str, Any]]:
        """Every record's fields by name, in the order in which they were registered; as they stood at a moment."""
        ...

    def put_many(self, noun: str, new: Sequence[Any], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        """Puts many on record, and changes the named fields of others, in a few statements with their versions.

        What is taken raises Conflict. Nothing is checked here: the noun's own checks have to have been passed.
        """
        ...
