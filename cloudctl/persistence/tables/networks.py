"""Segments on record."""

from __future__ import annotations

from sqlalchemy import Column, Integer

from cloudctl.persistence.tables.base import text
from cloudctl.persistence.tables.resources import resource_table

networks = resource_table("networks", text("cidr_v4"), text("cidr_v6", null=True), Column("vlan", Integer))
