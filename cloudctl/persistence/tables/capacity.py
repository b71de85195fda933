"""Capacity: a sample a day of what is taken of each cloud in each zone, and what was last seen in use."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Table, Text

from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.tables.base import metadata
from cloudctl.persistence.types import Instant, Word

capacity_samples = Table(
    "capacity_samples",
    metadata,
    Column("cloud", Text, primary_key=True),
    Column("zone", Text, primary_key=True),
    Column("dimension", Word(Dimension), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("taken", BigInteger, nullable=False),
)

capacity_sightings = Table(
    "capacity_sightings",
    metadata,
    Column("cloud", Text, primary_key=True),
    Column("dimension", Word(Dimension), primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("as_of", Instant, nullable=False),
)
