"""Machine rooms, racks, devices, colocations and network accesses, each with its versions."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

UUID, TEXT, TIME, DATE, INT, FLOAT = (
    sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Date(), sa.Integer(), sa.Float()
)  # fmt: skip
Columns = Sequence[tuple[str, Any, bool]]


def must(*names: str, kind: Any = TEXT) -> Columns:
    return [(name, kind, False) for name in names]


def may(*names: str, kind: Any = TEXT) -> Columns:
    return [(name, kind, True) for name in names]


LIFE: Columns = [*must("created_at", kind=TIME), *must("version", kind=INT)]
ROOMS: Columns = [
    *must("id", kind=UUID), *must("code", "name"), *must("department_id", kind=UUID),
    *must("kind", "category", "address", "zones"),
    *may("area_m2", "power_kw", "it_power_kw", "total_power_kw", "ups_kva", "cooling_kw", kind=FLOAT),
    *may("server_count", "virtual_host_count", kind=INT), *must("status"), *may("opened_on", "closed_on", kind=DATE),
    *must("contact_name", "contact_phone", "note"), *may("exemption_id", kind=UUID), *LIFE,
]  # fmt: skip
RACKS: Columns = [
    *must("id", "room_id", kind=UUID), *must("code"), *must("units", kind=INT), *may("power_w", kind=INT),
    *must("zone"), *may("gone_on", kind=DATE), *LIFE,
]  # fmt: skip
FITTING: Columns = [
    *must("id", kind=UUID), *must("number"), *must("department_id", kind=UUID),
    *may("system_id", "order_id", kind=UUID), *must("item", kind=INT), *must("name", "state"),
    *must("term_months", kind=INT), *may("from_on", "until_on", "ended_on", kind=DATE), *must("note"),
]  # fmt: skip
COLOCATIONS: Columns = [
    *FITTING, *must("units", "power_w", kind=INT), *may("zone"), *must("device"),
    *may("room_id", "rack_id", kind=UUID), *may("first_unit", kind=INT), *LIFE,
]  # fmt: skip
ACCESSES: Columns = [
    *FITTING, *must("kind", "level", "zone"), *must("count", kind=INT), *may("bandwidth_mbps", kind=INT),
    *may("security_package"), *LIFE,
]  # fmt: skip
DEVICES: Columns = [
    *must("id", kind=UUID), *must("code", "name", "kind"), *may("room_id", "rack_id", kind=UUID),
    *may("first_unit", "units", kind=INT), *must("department_id", kind=UUID),
    *may("system_id", "colocation_id", kind=UUID), *must("vendor", "model", "serial", "addresses"),
    *may("power_w", kind=INT), *must("virtual_host", kind=sa.Boolean()), *may("vm_count", kind=INT), *must("status"),
    *may("bought_on", kind=DATE), *may("cost_fen", kind=sa.BigInteger()), *may("off_on", "gone_on", kind=DATE),
    *must("note"), *LIFE,
]  # fmt: skip
FITTING_TIES = {"department_id": "departments", "system_id": "systems", "order_id": "orders"}
FITTING_INDEXES = [("department_id", "created_at", "id"), ("created_at", "id"), ("order_id",)]


def upgrade() -> None:
    ties = {"department_id": "departments", "exemption_id": "exemptions"}
    versioned("rooms", ROOMS, ties, [("department_id", "id")], unique=["code"])
    versioned("racks", RACKS, {"room_id": "rooms"}, [], unique=["room_id", "code"])
    versioned(
        "colocations", COLOCATIONS, FITTING_TIES | {"room_id": "rooms", "rack_id": "racks"},
        [*FITTING_INDEXES, ("rack_id",)], unique=["number"],
    )  # fmt: skip
    versioned("accesses", ACCESSES, FITTING_TIES, FITTING_INDEXES, unique=["number"])
    versioned(
        "devices", DEVICES,
        {
            "room_id": "rooms", "rack_id": "racks", "department_id": "departments", "system_id": "systems",
            "colocation_id": "colocations",
        },
        [("department_id", "id"), ("room_id", "id"), ("rack_id", "id"), ("system_id",), ("serial",)],
        unique=["code"],
    )  # fmt: skip
    op.create_table(
        "security_packages",
        *columns([*must("code", "name", "description"), *must("retired", kind=sa.Boolean())]),
        sa.PrimaryKeyConstraint("code", name="pk_security_packages"),
    )
    op.add_column("zones", sa.Column("egress_mbps", INT))


def versioned(
    name: str, shape: Columns, refers: dict[str, str], indexes: Sequence[Sequence[str]], *, unique: list[str]
) -> None:
    """A table, and the one with its versions."""
    op.create_table(
        name,
        *columns(shape),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint(*unique, name=f"uq_{name}_{'_'.join(unique)}"),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{name}_{column}")
            for column, target in refers.items()
        ),
    )
    for index in indexes:
        op.create_index(f"ix_{name}_{'_'.join(index)}", name, list(index))
    op.create_table(
        f"{name}_versions",
        *columns(shape),
        *columns([*must("since", kind=TIME), *may("until", kind=TIME), *may("by_id", kind=UUID)]),
        *columns([*must("by_name", "request_id"), *may("reason")]),
        sa.PrimaryKeyConstraint("id", "version", name=f"pk_{name}_versions"),
    )
    op.create_index(f"ix_{name}_versions_since", f"{name}_versions", ["since"])


def columns(shape: Columns) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name, kind, nullable in shape]
