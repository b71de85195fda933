"""Physical servers and other devices, and every version of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table

from cloudctl.domain.devices import DeviceKind, DeviceStatus
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Word

devices = Table(
    "devices",
    metadata,
    key(),
    text("code", unique=True),
    text("name"),
    Column("kind", Word(DeviceKind), nullable=False),
    refers("room_id", "rooms", null=True),
    refers("rack_id", "racks", null=True),
    Column("first_unit", Integer),
    Column("units", Integer),
    refers("department_id", "departments"),
    refers("system_id", "systems", null=True),
    refers("colocation_id", "colocations", null=True),
    text("vendor"),
    text("model"),
    text("serial"),
    listed("addresses", list[str]),
    Column("power_w", Integer),
    Column("virtual_host", Boolean, nullable=False),
    Column("vm_count", Integer),
    Column("status", Word(DeviceStatus), nullable=False),
    Column("bought_on", Date),
    Column("cost_fen", BigInteger),
    Column("off_on", Date),
    Column("gone_on", Date),
    text("note"),
    created(),
    version(),
    index("department_id", "id"),
    index("room_id", "id"),
    index("rack_id", "id"),
    index("system_id"),
    index("serial"),
)
devices_versions = versioned(devices)
