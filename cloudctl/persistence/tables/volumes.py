"""Data volumes on record."""

from __future__ import annotations

from sqlalchemy import Column, Integer

from cloudctl.persistence.tables.base import index, refers, text
from cloudctl.persistence.tables.resources import resource_table

volumes = resource_table(
    "volumes",
    Column("size_gib", Integer, nullable=False),
    text("volume_type", null=True),
    refers("server_id", "servers", null=True, late=True),
    index("server_id"),
)
