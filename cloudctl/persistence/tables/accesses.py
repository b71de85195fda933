"""Network accesses, and every version of them."""

from __future__ import annotations

from sqlalchemy import Column, Integer

from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.persistence.tables.base import text
from cloudctl.persistence.tables.fittings import fittings
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Word

accesses = fittings(
    "accesses",
    Column("kind", Word(AccessKind), nullable=False),
    Column("level", Word(AccessLevel), nullable=False),
    text("zone"),
    Column("count", Integer, nullable=False),
    Column("bandwidth_mbps", Integer),
    text("security_package", null=True),
)
accesses_versions = versioned(accesses)
