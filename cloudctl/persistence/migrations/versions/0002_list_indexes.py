"""Indexes for the lists: a department's rows, or those of a state, in the order of their pages."""

from alembic import op

revision = "0002"
down_revision = "0001"

RESOURCES = (
    ("created_at", "id"),
    ("department_id", "created_at", "id"),
    ("order_id",),
    ("claimed_by",),
    ("state", "created_at", "id"),
)
INDEXES = {
    "accounts": (("department_id", "id"),),
    "tokens": (("account_id", "name"),),
    "systems": (("department_id", "id"),),
    "orders": (("department_id", "id"), ("system_id",), ("state", "id")),
    "progress_lines": (("order_id", "seq"),),
    "servers": (*RESOURCES, ("network_id",)),
    "volumes": (*RESOURCES, ("server_id",)),
    "networks": RESOURCES,
    "addresses": (*RESOURCES, ("server_id",)),
    "prefixes": (("supernet_id", "state"), ("network_id",), ("order_id",)),
    "quota_entries": (("quota_id",), ("order_id",)),
    "exemptions": (("department_id", "id"),),
    "notices": (("state", "id"), ("order_id",)),
    "audit_events": (("department_id", "id"), ("target_id", "id")),
    "idempotency_keys": (("created_at",),),
}


def upgrade() -> None:
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
