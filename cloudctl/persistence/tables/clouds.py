"""Clouds on record; never their credentials."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table

from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.tables.base import key, keyed, metadata, text, version
from cloudctl.persistence.types import Json, Word

clouds = Table(
    "clouds",
    metadata,
    key(),
    text("code", unique=True),
    text("name"),
    Column("kind", Word(CloudKind), nullable=False),
    Column("zones", Json(frozenset[str]), nullable=False),
    keyed("capacity", dict[Dimension, int]),
    keyed("overcommit", dict[Dimension, float]),
    keyed("reserves", dict[str, dict[Dimension, int]]),
    Column("headroom_percent", Integer, nullable=False),
    Column("max_mlps_level", Integer, nullable=False),
    text("external_network", null=True),
    Column("architectures", Json(frozenset[str]), nullable=False),
    Column("retired", Boolean, nullable=False),
    version(),
)
