"""Reminders of what runs out of a system: 90 and 30 days before, and on the day; each once."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

STAGES = (90, 30, 0)
"""Days before, from the first reminder to the last."""


class Reminder(NamedTuple):
    """Of what a department is reminded, and which of the STAGES it is."""

    system_id: UUID
    matter: str
    due_on: date
    days: int


def stage(days_left: int) -> int | None:
    """The stage that has been reached with so many days left, which may be fewer than none; None before the first."""
    return min((days for days in STAGES if days_left <= days), default=None)
