"""VLANs: a range for each zone, and the one that a segment has where segments are VLANs."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

HELD = sa.text("state <> 'free'")


def upgrade() -> None:
    for name in ("vlan_first", "vlan_last"):
        op.add_column("zones", sa.Column(name, sa.Integer()))
    op.add_column("networks", sa.Column("vlan", sa.Integer()))
    op.add_column("prefixes", sa.Column("cloud", sa.Text()))
    op.add_column("prefixes", sa.Column("vlan", sa.Integer()))
    op.create_index(
        "uq_prefixes_vlan", "prefixes", ["cloud", "vlan"], unique=True, sqlite_where=HELD, postgresql_where=HELD
    )
