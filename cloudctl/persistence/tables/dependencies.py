"""Which system needs which, and every version of it."""

from __future__ import annotations

from sqlalchemy import Column, Table, UniqueConstraint

from cloudctl.domain.dependencies import DependencyKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Word

dependencies = Table(
    "dependencies",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("on_id", "systems"),
    Column("kind", Word(DependencyKind), nullable=False),
    text("note", null=True),
    created(),
    version(),
    UniqueConstraint("system_id", "on_id"),
    index("on_id"),
)
dependencies_versions = versioned(dependencies)
