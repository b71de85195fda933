"""Information systems, and every version of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Uuid

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Instant


def _day(name: str) -> Column[object]:
    return Column(name, Date)


systems = Table(
    "systems",
    metadata,
    key(),
    refers("department_id", "departments"),
    text("code", unique=True),
    text("name"),
    Column("mlps_level", Integer, nullable=False),
    text("classification", null=True),
    Column("xinchuang", Boolean, nullable=False),
    text("declared_by", null=True),
    Column("declared_at", Instant),
    text("system_class", null=True),
    text("function", null=True),
    text("layer", null=True),
    text("status"),
    _day("status_on"),
    Column("merged_into_id", Uuid),
    Column("declared_zombie", Boolean),
    text("approved_by", null=True),
    _day("approved_on"),
    text("project_document", null=True),
    text("fiscal_project_code", null=True),
    text("built_by", null=True),
    _day("built_on"),
    text("build_way", null=True),
    text("operated_by", null=True),
    Column("investment_fen", BigInteger),
    text("funding_source", null=True),
    Column("yearly_cost_fen", BigInteger),
    text("contract_number", null=True),
    _day("contract_ends_on"),
    text("maintained_by", null=True),
    _day("maintained_until"),
    Column("user_count", BigInteger),
    text("user_scope", null=True),
    text("use_frequency", null=True),
    text("network", null=True),
    Column("room_id", Uuid),
    text("interfaces", null=True),
    Column("virtualised", Boolean),
    text("backup", null=True),
    text("disaster_recovery", null=True),
    text("upgrade_needs", null=True),
    text("postponement_reason", null=True),
    _day("postponed_until"),
    text("check_url", null=True),
    text("mlps_filing_number", null=True),
    _day("mlps_assessed_on"),
    _day("mlps_due_on"),
    Column("crypto_level", Integer),
    _day("crypto_assessed_on"),
    _day("crypto_due_on"),
    text("icp_number", null=True),
    _day("icp_due_on"),
    text("ipv6_status", null=True),
    _day("ipv6_due_on"),
    Column("data_items", BigInteger),
    Column("data_items_provided", BigInteger),
    Column("data_items_structured", BigInteger),
    text("contact_name", null=True),
    text("contact_phone", null=True),
    created(),
    version(),
    index("department_id", "id"),
)
systems_versions = versioned(systems)
