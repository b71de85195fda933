"""Floating addresses, and the address plan: supernets and what is cut from them.

A prefix that is not free is unique; that two never overlap is kept by the lock on their zone's supernets. On a cloud
whose segments are VLANs the VLAN goes with the segment's IPv4 prefix, and is unique there for as long.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Uuid
from sqlalchemy import text as sql

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text
from cloudctl.persistence.tables.resources import resource_table
from cloudctl.persistence.types import Instant

addresses = resource_table(
    "addresses", refers("server_id", "servers", late=True), text("address", null=True), index("server_id")
)

supernets = Table("supernets", metadata, key(), text("zone"), text("cidr", unique=True))

prefixes = Table(
    "prefixes",
    metadata,
    key(),
    refers("supernet_id", "supernets"),
    text("cidr"),
    Column("network_id", Uuid, nullable=False),
    refers("order_id", "orders", null=True),
    text("state"),
    Column("cooling_until", Instant),
    text("cloud", null=True),
    Column("vlan", Integer),
    created(),
    index("supernet_id", "state"),
    index("network_id"),
    index("order_id"),
    Index(
        "uq_prefixes_cidr",
        "cidr",
        unique=True,
        sqlite_where=sql("state <> 'free'"),
        postgresql_where=sql("state <> 'free'"),
    ),
    Index(
        "uq_prefixes_vlan",
        "cloud",
        "vlan",
        unique=True,
        sqlite_where=sql("state <> 'free'"),
        postgresql_where=sql("state <> 'free'"),
    ),
)
