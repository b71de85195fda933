"""Colocations, and every version of them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer

from cloudctl.persistence.tables.base import refers, text
from cloudctl.persistence.tables.fittings import fittings
from cloudctl.persistence.tables.versions import versioned

colocations = fittings(
    "colocations",
    Column("units", Integer, nullable=False),
    Column("power_w", Integer, nullable=False),
    text("zone", null=True),
    text("device"),
    refers("room_id", "rooms", null=True),
    refers("rack_id", "racks", null=True),
    Column("first_unit", Integer),
)
Index(None, colocations.c.rack_id)
colocations_versions = versioned(colocations)
