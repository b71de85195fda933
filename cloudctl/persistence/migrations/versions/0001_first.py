"""The first version: every table, and the triggers that keep the audit trail append-only.

A database's owner can drop a trigger. On PostgreSQL let the service run under a role that does not own the tables, and

    REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM <that role>; GRANT UPDATE (sealed_at) ON audit_events TO <the sealer>;
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0001"
down_revision = None

TEXT, UUID, TIME, DATE = sa.Text(), sa.Uuid(), sa.DateTime(timezone=True), sa.Date()
INT, BIG, BOOL, BYTES = sa.Integer(), sa.BigInteger(), sa.Boolean(), sa.LargeBinary()
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def refers(table: str, column: str, target: str, *, late: bool = False) -> sa.ForeignKeyConstraint:
    deferred: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"} if late else {}
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", **deferred)


# An event may be changed in one way: its sealing is filled in, once.
SQLITE = (
    """
    CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
    WHEN OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL
      OR OLD.id IS NOT NEW.id OR OLD.at IS NOT NEW.at OR OLD.actor IS NOT NEW.actor OR OLD.action IS NOT NEW.action
      OR OLD.target_kind IS NOT NEW.target_kind OR OLD.target_id IS NOT NEW.target_id
      OR OLD.department_id IS NOT NEW.department_id OR OLD.outcome IS NOT NEW.outcome OR OLD.record IS NOT NEW.record
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
    """
    CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events FOR EACH ROW
    WHEN (OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL
      OR (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.target_kind, OLD.target_id, OLD.department_id, OLD.outcome, OLD.record)
      IS DISTINCT FROM
      (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.target_kind, NEW.target_id, NEW.department_id, NEW.outcome, NEW.record))
    EXECUTE FUNCTION audit_events_refuse()
    """,
    """
    CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events FOR EACH ROW
    EXECUTE FUNCTION audit_events_refuse()
    """,
    """
    CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT
    EXECUTE FUNCTION audit_events_refuse()
    """,
)


def upgrade() -> None:
    op.create_table(
        "audit_events",
        must("id", UUID), must("at", TIME), must("actor", TEXT), must("action", TEXT), must("target_kind", TEXT),
        must("target_id", TEXT), may("department_id", UUID), must("outcome", TEXT), must("record", BYTES),
        may("sealed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_table(
        "classifications",
        must("code", TEXT), must("name", TEXT), must("retired", BOOL),
        sa.PrimaryKeyConstraint("code", name="pk_classifications"),
    )
    op.create_table(
        "clouds",
        must("id", UUID), must("code", TEXT), must("name", TEXT), must("kind", TEXT), must("zones", TEXT),
        must("capacity", TEXT), must("overcommit", TEXT), must("max_mlps_level", INT), may("external_network", TEXT),
        must("retired", BOOL), must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_clouds"),
        sa.UniqueConstraint("code", name="uq_clouds_code"),
    )
    op.create_table(
        "counters",
        must("name", TEXT), must("value", BIG),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "departments",
        must("id", UUID), must("code", TEXT), must("name", TEXT), must("level", TEXT), may("parent_id", UUID),
        must("created_at", TIME), must("version", INT),
        refers("departments", "parent_id", "departments"),
        sa.PrimaryKeyConstraint("id", name="pk_departments"),
        sa.UniqueConstraint("code", name="uq_departments_code"),
    )
    op.create_table(
        "images",
        must("code", TEXT), must("name", TEXT), must("os_family", TEXT), must("architecture", TEXT),
        must("min_disk_gib", INT), must("login_user", TEXT), must("names", TEXT), must("retired", BOOL),
        sa.PrimaryKeyConstraint("code", name="pk_images"),
    )
    op.create_table(
        "specifications",
        must("code", TEXT), must("name", TEXT), must("vcpu", INT), must("memory_mib", INT),
        must("root_disk_gib", INT), must("retired", BOOL),
        sa.PrimaryKeyConstraint("code", name="pk_specifications"),
    )
    op.create_table(
        "supernets",
        must("id", UUID), must("zone", TEXT), must("cidr", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_supernets"),
        sa.UniqueConstraint("cidr", name="uq_supernets_cidr"),
    )
    op.create_table(
        "volume_types",
        must("code", TEXT), must("name", TEXT), must("names", TEXT), must("retired", BOOL),
        sa.PrimaryKeyConstraint("code", name="pk_volume_types"),
    )
    op.create_table(
        "zones",
        must("code", TEXT), must("name", TEXT), must("name_en", TEXT), must("max_mlps_level", INT),
        must("retired", BOOL),
        sa.PrimaryKeyConstraint("code", name="pk_zones"),
    )
    op.create_table(
        "accounts",
        must("id", UUID), must("login", TEXT), must("name", TEXT), must("email", TEXT), may("department_id", UUID),
        must("roles", TEXT), must("locale", TEXT), must("active", BOOL), must("created_at", TIME),
        must("version", INT),
        refers("accounts", "department_id", "departments"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login", name="uq_accounts_login"),
    )
    op.create_table(
        "quotas",
        must("id", UUID), must("department_id", UUID), must("cloud", TEXT), must("zone", TEXT),
        must("dimension", TEXT), must("limit", BIG), must("held", BIG), must("committed", BIG), must("version", INT),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_quotas_committed")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_quotas_held")),
        refers("quotas", "department_id", "departments"),
        sa.PrimaryKeyConstraint("id", name="pk_quotas"),
        sa.UniqueConstraint("department_id", "cloud", "zone", "dimension", name="uq_quotas_department_id_cloud_zone_dimension"),
    )
    op.create_table(
        "systems",
        must("id", UUID), must("department_id", UUID), must("code", TEXT), must("name", TEXT),
        must("mlps_level", INT), may("classification", TEXT), must("created_at", TIME), must("version", INT),
        refers("systems", "department_id", "departments"),
        sa.PrimaryKeyConstraint("id", name="pk_systems"),
        sa.UniqueConstraint("code", name="uq_systems_code"),
    )
    op.create_table(
        "tenants",
        must("department_id", UUID), must("cloud", TEXT), must("backend_id", TEXT),
        refers("tenants", "department_id", "departments"),
        sa.PrimaryKeyConstraint("department_id", "cloud", name="pk_tenants"),
    )
    op.create_table(
        "exemptions",
        must("id", UUID), must("rule", TEXT), must("department_id", UUID), may("system_id", UUID),
        must("reason", TEXT), must("approved_by", UUID), must("ends_on", DATE), must("created_at", TIME),
        may("revoked_at", TIME), must("version", INT),
        refers("exemptions", "approved_by", "accounts"),
        refers("exemptions", "department_id", "departments"),
        refers("exemptions", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_exemptions"),
    )
    op.create_table(
        "idempotency_keys",
        must("account_id", UUID), must("key", TEXT), must("fingerprint", BYTES), may("answer", BYTES),
        must("created_at", TIME),
        refers("idempotency_keys", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_idempotency_keys"),
    )
    op.create_table(
        "orders",
        must("id", UUID), must("number", TEXT), must("department_id", UUID), must("system_id", UUID),
        must("applicant_id", UUID), must("title", TEXT), must("purpose", TEXT), must("users", TEXT),
        must("project_document", TEXT), must("zone", TEXT), must("ports", TEXT), may("bandwidth_mbps", INT),
        must("backup", TEXT), may("go_live_on", DATE), must("contact_name", TEXT), must("contact_phone", TEXT),
        must("items", TEXT), must("state", TEXT), may("cloud", TEXT), must("placement", TEXT), must("ruling", TEXT),
        must("held", BOOL), must("attempt", INT), must("cancel_requested", BOOL), may("correction_due", TIME),
        may("signed_off_by", UUID), may("approved_by", UUID), may("submitted_at", TIME), may("delivered_at", TIME),
        may("last_error", TEXT), must("created_at", TIME), must("version", INT),
        refers("orders", "applicant_id", "accounts"),
        refers("orders", "department_id", "departments"),
        refers("orders", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
    )
    op.create_table(
        "tokens",
        must("id", UUID), must("account_id", UUID), must("name", TEXT), must("digest", BYTES), must("scopes", TEXT),
        must("expires_at", TIME), may("revoked_at", TIME), must("created_at", TIME),
        refers("tokens", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )
    op.create_table(
        "networks",
        must("id", UUID), may("order_id", UUID), must("item", INT), must("department_id", UUID),
        may("system_id", UUID), must("cloud", TEXT), must("zone", TEXT), must("name", TEXT), must("state", TEXT),
        may("backend_id", TEXT), may("expires_on", DATE), may("claimed_by", UUID), may("purge_after", TIME),
        must("created_at", TIME), must("version", INT), must("cidr_v4", TEXT), may("cidr_v6", TEXT),
        refers("networks", "department_id", "departments"),
        refers("networks", "order_id", "orders"),
        refers("networks", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_networks"),
    )
    op.create_table(
        "notices",
        must("id", UUID), must("recipient", TEXT), must("template", TEXT), must("params", TEXT),
        may("order_id", UUID), must("state", TEXT), must("attempts", INT), must("due_at", TIME), may("sent_at", TIME),
        may("last_error", TEXT), must("created_at", TIME),
        refers("notices", "order_id", "orders"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_table(
        "prefixes",
        must("id", UUID), must("supernet_id", UUID), must("cidr", TEXT), must("network_id", UUID),
        may("order_id", UUID), must("state", TEXT), may("cooling_until", TIME), must("created_at", TIME),
        refers("prefixes", "order_id", "orders"),
        refers("prefixes", "supernet_id", "supernets"),
        sa.PrimaryKeyConstraint("id", name="pk_prefixes"),
    )
    op.create_index('uq_prefixes_cidr', 'prefixes', ['cidr'], unique=True, sqlite_where=sa.text("state <> 'free'"), postgresql_where=sa.text("state <> 'free'"))
    op.create_table(
        "progress_lines",
        sa.Column("seq", SERIAL, autoincrement=True, nullable=False), must("order_id", UUID),
        must("department_id", UUID), must("at", TIME), must("state", TEXT), must("actor", TEXT),
        must("message", TEXT), must("params", TEXT), may("reason", TEXT),
        refers("progress_lines", "department_id", "departments"),
        refers("progress_lines", "order_id", "orders"),
        sa.PrimaryKeyConstraint("seq", name="pk_progress_lines"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "quota_entries",
        must("id", UUID), must("quota_id", UUID), may("order_id", UUID), must("kind", TEXT), must("amount", BIG),
        must("at", TIME),
        sa.CheckConstraint("amount > 0", name=op.f("ck_quota_entries_amount")),
        refers("quota_entries", "order_id", "orders"),
        refers("quota_entries", "quota_id", "quotas"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_entries"),
    )
    op.create_table(
        "servers",
        must("id", UUID), may("order_id", UUID), must("item", INT), must("department_id", UUID),
        may("system_id", UUID), must("cloud", TEXT), must("zone", TEXT), must("name", TEXT), must("state", TEXT),
        may("backend_id", TEXT), may("expires_on", DATE), may("claimed_by", UUID), may("purge_after", TIME),
        must("created_at", TIME), must("version", INT), must("specification", TEXT), must("vcpu", INT),
        must("memory_mib", INT), must("root_disk_gib", INT), must("image", TEXT), must("network_id", UUID),
        must("ssh_keys", TEXT), may("user_data", BYTES), must("fixed_addresses", TEXT), must("power", TEXT),
        refers("servers", "department_id", "departments"),
        refers("servers", "network_id", "networks", late=True),
        refers("servers", "order_id", "orders"),
        refers("servers", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_servers"),
    )
    op.create_table(
        "addresses",
        must("id", UUID), may("order_id", UUID), must("item", INT), must("department_id", UUID),
        may("system_id", UUID), must("cloud", TEXT), must("zone", TEXT), must("name", TEXT), must("state", TEXT),
        may("backend_id", TEXT), may("expires_on", DATE), may("claimed_by", UUID), may("purge_after", TIME),
        must("created_at", TIME), must("version", INT), must("server_id", UUID), may("address", TEXT),
        refers("addresses", "department_id", "departments"),
        refers("addresses", "order_id", "orders"),
        refers("addresses", "server_id", "servers", late=True),
        refers("addresses", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
    )
    op.create_table(
        "volumes",
        must("id", UUID), may("order_id", UUID), must("item", INT), must("department_id", UUID),
        may("system_id", UUID), must("cloud", TEXT), must("zone", TEXT), must("name", TEXT), must("state", TEXT),
        may("backend_id", TEXT), may("expires_on", DATE), may("claimed_by", UUID), may("purge_after", TIME),
        must("created_at", TIME), must("version", INT), must("size_gib", INT), must("volume_type", TEXT),
        may("server_id", UUID),
        refers("volumes", "department_id", "departments"),
        refers("volumes", "order_id", "orders"),
        refers("volumes", "server_id", "servers", late=True),
        refers("volumes", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name="pk_volumes"),
    )
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(statement)
