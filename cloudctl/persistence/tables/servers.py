"""Servers on record; `user_data` is sealed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary

from cloudctl.persistence.tables.base import index, listed, refers, text
from cloudctl.persistence.tables.resources import resource_table

servers = resource_table(
    "servers",
    text("specification", null=True),
    Column("vcpu", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    Column("root_disk_gib", Integer, nullable=False),
    text("image", null=True),
    refers("network_id", "networks", null=True, late=True),
    listed("ssh_keys", list[str]),
    Column("user_data", LargeBinary),
    listed("fixed_addresses", list[str]),
    text("power"),
    index("network_id"),
)
