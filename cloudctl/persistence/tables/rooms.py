"""Machine rooms, and every version of them."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, Integer, Table

from cloudctl.domain.rooms import RoomCategory, RoomKind, RoomStatus
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Word

rooms = Table(
    "rooms",
    metadata,
    key(),
    text("code", unique=True),
    text("name"),
    refers("department_id", "departments"),
    Column("kind", Word(RoomKind), nullable=False),
    Column("category", Word(RoomCategory), nullable=False),
    text("address"),
    listed("zones", list[str]),
    Column("area_m2", Float),
    Column("power_kw", Float),
    Column("it_power_kw", Float),
    Column("total_power_kw", Float),
    Column("ups_kva", Float),
    Column("cooling_kw", Float),
    Column("server_count", Integer),
    Column("virtual_host_count", Integer),
    Column("status", Word(RoomStatus), nullable=False),
    Column("opened_on", Date),
    Column("closed_on", Date),
    text("contact_name"),
    text("contact_phone"),
    text("note"),
    refers("exemption_id", "exemptions", null=True),
    created(),
    version(),
    index("department_id", "id"),
)
rooms_versions = versioned(rooms)
