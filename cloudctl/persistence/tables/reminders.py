"""Of what runs out of a system its department was reminded already, and how many days before."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, Table, Text, Uuid

from cloudctl.persistence.tables.base import metadata
from cloudctl.persistence.types import Instant

reminders = Table(
    "reminders",
    metadata,
    Column("system_id", Uuid, ForeignKey("systems.id"), primary_key=True),
    Column("matter", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),
    Column("told_at", Instant, nullable=False),
)
