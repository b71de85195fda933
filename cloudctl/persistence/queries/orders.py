"""The list of orders, with the names of their department and system and the effect of the policies."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Dialect, Text, func, literal, type_coerce
from sqlalchemy.types import TypeDecorator

from cloudctl.domain.placements import JOINT
from cloudctl.domain.policies import Ruling
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import clocks, departments, orders, systems
from cloudctl.ports.queries.rows import OrderRow

_RULING: msgspec.json.Decoder[Ruling] = msgspec.json.Decoder(Ruling)


class RulingEffect(TypeDecorator[str]):
    """Reads from a kept ruling only what it comes to."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        effect = None if value is None else _RULING.decode(value).effect
        return None if effect is None else effect.value


def _served_by(codes: ColumnElement[Any], code: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether one of the joined codes is this one; or all of them, as a list shows them."""
    among, wanted = literal(JOINT) + codes + JOINT, literal(JOINT) + code + JOINT
    return func.replace(among, wanted, "") != among


ORDERS = Listed(
    row=OrderRow,
    table=orders,
    source=orders.join(departments, departments.c.id == orders.c.department_id)
    .join(systems, systems.c.id == orders.c.system_id)
    .outerjoin(clocks, clocks.c.id == orders.c.clock_id),
    scope=orders.c.department_id,
    matched={"cloud": _served_by},
    others={
        "department": departments.c.name,
        "system": systems.c.name,
        "effect": type_coerce(orders.c.ruling, RulingEffect),
        "step": clocks.c.step,
        "due_on": clocks.c.promised_on,
        "due_provisional": clocks.c.provisional,
        "frozen_until": clocks.c.frozen_until,
        "days_left": clocks.c.days_left,
    },
)
