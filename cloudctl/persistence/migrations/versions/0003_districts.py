"""Districts: subtrees, allotments.

What a unit below a district may use comes out of its upper unit's limit from now on. So that everybody keeps what they
had, the limits of such upper units grow by what stands below them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

departments = sa.table(
    "departments",
    sa.column("id", sa.Uuid),
    sa.column("parent_id", sa.Uuid),
    sa.column("level", sa.Text),
    sa.column("path", sa.Text),
)
quotas = sa.table(
    "quotas",
    sa.column("id", sa.Uuid),
    sa.column("department_id", sa.Uuid),
    sa.column("cloud", sa.Text),
    sa.column("zone", sa.Text),
    sa.column("dimension", sa.Text),
    sa.column("limit", sa.BigInteger),
    sa.column("held", sa.BigInteger),
    sa.column("committed", sa.BigInteger),
    sa.column("allotted", sa.BigInteger),
    sa.column("version", sa.Integer),
)


def upgrade() -> None:
    op.add_column("departments", sa.Column("path", sa.Text, nullable=False, server_default=""))
    op.add_column("quotas", sa.Column("allotted", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("office_id", sa.Uuid))
    connection = op.get_bind()
    rows = connection.execute(sa.select(departments.c.id, departments.c.parent_id, departments.c.level)).all()
    parents = {row.id: row.parent_id for row in rows}
    paths = {key: _path(key, parents) for key in parents}
    for key, path in paths.items():
        connection.execute(departments.update().where(departments.c.id == key).values(path=path))
    allotting = {row.id for row in rows if row.level != "city"}
    _allot(connection, sorted(parents, key=lambda key: len(paths[key]), reverse=True), parents, allotting)


def _path(key: UUID, parents: dict[UUID, UUID | None]) -> str:
    above = parents[key]
    return f"{'/' if above is None else _path(above, parents)}{key.hex}/"


def _allot(
    connection: sa.Connection, deepest_first: list[UUID], parents: dict[UUID, UUID | None], allotting: set[UUID]
) -> None:
    """Raises, or opens, the accounts of allotting units by the limits right below them, from the deepest level up."""
    accounts: dict[UUID, dict[tuple[str, ...], tuple[UUID, int]]] = defaultdict(dict)
    for row in connection.execute(sa.select(quotas)):
        accounts[row.department_id][row.cloud, row.zone, row.dimension] = (row.id, row.limit)
    below: dict[UUID, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for key in deepest_first:
        for place, amount in below[key].items():
            quota_id, limit = accounts[key].get(place) or (_open(connection, key, place), 0)
            raised = quotas.update().where(quotas.c.id == quota_id)
            connection.execute(raised.values(limit=limit + amount, allotted=amount))
            accounts[key][place] = (quota_id, limit + amount)
        above = parents[key]
        if above is not None and above in allotting:
            below[above].update({place: limit for place, (_, limit) in accounts[key].items() if limit})


def _open(connection: sa.Connection, department_id: UUID, place: tuple[str, ...]) -> UUID:
    quota_id = uuid4()
    cloud, zone, dimension = place
    nothing = {"limit": 0, "held": 0, "committed": 0, "allotted": 0, "version": 1}
    account = {"id": quota_id, "department_id": department_id, "cloud": cloud, "zone": zone, "dimension": dimension}
    connection.execute(quotas.insert().values(account | nothing))
    return quota_id
