"""Racks, and every version of them."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, UniqueConstraint

from cloudctl.persistence.tables.base import created, key, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned

racks = Table(
    "racks",
    metadata,
    key(),
    refers("room_id", "rooms"),
    text("code"),
    Column("units", Integer, nullable=False),
    Column("power_w", Integer),
    text("zone"),
    Column("gone_on", Date),
    created(),
    version(),
    UniqueConstraint("room_id", "code"),
)
racks_versions = versioned(racks)
