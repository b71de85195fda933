"""Clocks of the steps of orders, and the cards that were given for them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, Table, UniqueConstraint

from cloudctl.domain.clocks import Colour
from cloudctl.domain.freezes import Bound
from cloudctl.domain.limits import OrderKind, Step
from cloudctl.persistence.tables.base import index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

clocks = Table(
    "clocks",
    metadata,
    key(),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    Column("kind", Word(OrderKind), nullable=False),
    Column("step", Word(Step), nullable=False),
    text("zone"),
    listed("binds", list[Bound]),
    Column("counted_from", Date, nullable=False),
    Column("promised_left", Integer, nullable=False),
    Column("statutory_left", Integer, nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("statutory_on", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("frozen_until", Date),
    Column("days_left", Integer, nullable=False),
    Column("card", Word(Colour)),
    Column("started_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column("ended_at", Instant),
    index("order_id"),
    index("ended_at", "promised_on"),
)

cards = Table(
    "cards",
    metadata,
    key(),
    refers("clock_id", "clocks"),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    Column("step", Word(Step), nullable=False),
    Column("colour", Word(Colour), nullable=False),
    Column("due_on", Date, nullable=False),
    listed("told", list[str]),
    Column("given_at", Instant, nullable=False),
    Column("excused_at", Instant),
    refers("excused_by", "accounts", null=True),
    text("excuse", null=True),
    version(),
    index("department_id", "id"),
    UniqueConstraint("clock_id", "colour"),
)
