"""What the clouds have, and what changed of it.

The rows of objects are written by the page, in SQL alone; `facts` is the whole object, the other columns are those that
lists filter and sort by.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, Source
from cloudctl.persistence.tables.base import index, key, metadata, refers, text
from cloudctl.persistence.types import Instant, Json, Word

inventory_objects = Table(
    "inventory_objects",
    metadata,
    key(),
    text("cloud"),
    Column("kind", Word(ObjectKind), nullable=False),
    text("native_id"),
    Column("key", Uuid),
    text("name"),
    text("tenant", null=True),
    text("tenant_name", null=True),
    text("zone", null=True),
    Column("status", Word(ObjectStatus), nullable=False),
    text("server", null=True),
    Column("facts", Json(CloudObject), nullable=False),
    Column("fingerprint", BigInteger, nullable=False),
    Column("state", Word(ObjectState), nullable=False),
    Column("misses", Integer, nullable=False),
    Column("resource_id", Uuid),
    Column("first_seen_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    UniqueConstraint("cloud", "kind", "native_id"),
    index("name", "id"),
    index("resource_id"),
)

inventory_changes = Table(
    "inventory_changes",
    metadata,
    key(),
    refers("object_id", "inventory_objects"),
    text("cloud"),
    Column("at", Instant, nullable=False),
    Column("fields", Json(dict[str, tuple[object, object]]), nullable=False),
    text("who", null=True),
    Column("source", Word(Source), nullable=False),
    index("object_id", "id"),
    index("at"),
)
