"""The catalogue: six small tables keyed by code."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, Table, Text

from cloudctl.persistence.tables.base import keyed, metadata, text


def _entries(name: str, *columns: Column[Any]) -> Table:
    """A table of catalogue entries: what all have, and `columns`."""
    retired = Column("retired", Boolean, nullable=False)
    return Table(name, metadata, Column("code", Text, primary_key=True), text("name"), *columns, retired)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _xinchuang() -> Column[bool]:
    return Column("xinchuang", Boolean, nullable=False)


specifications = _entries(
    "specifications",
    _whole("vcpu"),
    _whole("memory_mib"),
    _whole("root_disk_gib"),
    text("architecture"),
    _xinchuang(),
)
images = _entries(
    "images",
    text("os_family"),
    text("architecture"),
    _whole("min_disk_gib"),
    text("login_user"),
    keyed("names", dict[str, str]),
    text("os_name"),
    text("os_version"),
    _xinchuang(),
)
volume_types = _entries("volume_types", keyed("names", dict[str, str]))
zones = _entries(
    "zones",
    text("name_en"),
    _whole("max_mlps_level"),
    _xinchuang(),
    Column("vlan_first", Integer),
    Column("vlan_last", Integer),
    Column("egress_mbps", Integer),
)
classifications = _entries("classifications")
security_packages = _entries("security_packages", text("description"))
