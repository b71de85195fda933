"""Instances by which backups of applications are tried stand beside those that serve."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    with op.batch_alter_table("app_places") as places:
        places.add_column(sa.Column("scratch", sa.Boolean(), nullable=False, server_default=sa.false()))
        places.drop_constraint("uq_app_places_app_id_host_id_balancer", type_="unique")
        places.create_unique_constraint(
            "uq_app_places_app_id_host_id_balancer_scratch", ["app_id", "host_id", "balancer", "scratch"]
        )
