"""Applications of departments: what they are, where they stand, what is done to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0032"
down_revision = "0031"

UUID, TEXT, TIME, WHOLE, YES = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.Boolean()


def upgrade() -> None:
    op.create_table(
        "apps",
        must("id", UUID),
        must("code", TEXT),
        must("name", TEXT),
        must("department_id", UUID),
        must("system_id", UUID),
        must("blueprint", TEXT),
        must("wanted", TEXT),
        may("release", TEXT),
        may("previous_release", TEXT),
        must("size", TEXT),
        must("parameters", TEXT),
        must("zone", TEXT),
        must("instance", TEXT),
        must("address", TEXT),
        must("quota_mib", WHOLE),
        must("memory_mib", WHOLE),
        must("instances", WHOLE),
        must("own", YES),
        may("cloud", TEXT),
        may("order_id", UUID),
        must("exposed", YES),
        must("owner", TEXT),
        must("state", TEXT),
        may("act_id", UUID),
        must("reason", TEXT),
        must("stands", TEXT),
        may("certificate", TEXT),
        may("certificate_until", TIME),
        may("running_since", TIME),
        may("asked_by", UUID),
        may("approved_by", UUID),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_apps"),
        sa.UniqueConstraint("code", name="uq_apps_code"),
        sa.UniqueConstraint("instance", name="uq_apps_instance"),
        sa.UniqueConstraint("address", name="uq_apps_address"),
        refers("apps", "department_id", "departments"),
        refers("apps", "system_id", "systems"),
        refers("apps", "order_id", "orders"),
        refers("apps", "asked_by", "accounts"),
        refers("apps", "approved_by", "accounts"),
    )
    indexes(
        "apps",
        ("department_id", "id"),
        ("system_id",),
        ("blueprint", "state"),
        ("state", "certificate_until"),
        ("order_id",),
    )
    op.create_table(
        "app_places",
        must("id", UUID),
        must("app_id", UUID),
        must("host_id", UUID),
        must("balancer", YES),
        must("ready", YES),
        must("leaving", YES),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_app_places"),
        sa.UniqueConstraint("app_id", "host_id", "balancer", name="uq_app_places_app_id_host_id_balancer"),
        refers("app_places", "app_id", "apps"),
    )
    indexes("app_places", ("host_id",))
    op.create_table(
        "app_acts",
        must("id", UUID),
        must("app_id", UUID),
        must("department_id", UUID),
        must("kind", TEXT),
        must("state", TEXT),
        may("from_release", TEXT),
        may("to_release", TEXT),
        must("arguments", TEXT),
        must("was", TEXT),
        must("changed", YES),
        may("backup_id", UUID),
        may("asked_by", UUID),
        must("reason", TEXT),
        must("stands", TEXT),
        must("created_at", TIME),
        may("ended_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_app_acts"),
        refers("app_acts", "app_id", "apps"),
        refers("app_acts", "department_id", "departments"),
        refers("app_acts", "asked_by", "accounts"),
    )
    indexes("app_acts", ("app_id", "id"), ("department_id", "id"))


