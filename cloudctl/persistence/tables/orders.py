"""Orders, and the counters that number them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Text, Uuid

from cloudctl.domain.items import Item
from cloudctl.domain.orders import Backup
from cloudctl.domain.placements import Placement
from cloudctl.domain.policies import Ruling
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

orders = Table(
    "orders",
    metadata,
    key(),
    text("number", unique=True),
    refers("department_id", "departments"),
    refers("system_id", "systems"),
    refers("applicant_id", "accounts"),
    text("title"),
    text("purpose"),
    text("users"),
    text("project_document"),
    text("zone"),
    text("ports"),
    Column("bandwidth_mbps", Integer),
    Column("backup", Word(Backup), nullable=False),
    Column("go_live_on", Date),
    text("contact_name"),
    text("contact_phone"),
    text("declared_by", null=True),
    Column("declared_at", Instant),
    Column("emergency", Boolean, nullable=False),
    listed("items", list[Item]),
    text("state"),
    text("cloud", null=True),
    listed("placements", list[Placement]),
    Column("ruling", Json(Ruling), nullable=False),
    Column("held", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("correction_due", Instant),
    Column("office_id", Uuid),
    Column("signed_off_by", Uuid),
    Column("accepted_by", Uuid),
    Column("accepted_at", Instant),
    listed("conditions", list[dict[str, str]]),
    Column("approved_by", Uuid),
    Column("filed_by", Uuid),
    Column("applicant_for", Uuid),
    Column("signed_off_for", Uuid),
    Column("approved_for", Uuid),
    Column("submitted_at", Instant),
    Column("delivered_at", Instant),
    Column("clock_id", Uuid),
    text("last_error", null=True),
    created(),
    version(),
    index("department_id", "id"),
    index("system_id"),
    index("state", "id"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
