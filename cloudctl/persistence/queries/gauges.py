"""Figures for the metrics page, in two statements. A state without rows is 0, so that no series disappears."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, Select, Text, bindparam, cast, func, literal, null, select, union_all

from cloudctl.domain.lifecycle import NOTICES, ORDERS, RESOURCES
from cloudctl.domain.machines import Machine
from cloudctl.persistence.queries import channels
from cloudctl.persistence.tables import addresses, networks, notices, orders, servers, volumes
from cloudctl.persistence.types import Instant

NOUNS: dict[str, Machine] = {
    "orders": ORDERS,
    "notices": NOTICES,
    "servers": RESOURCES,
    "volumes": RESOURCES,
    "networks": RESOURCES,
    "addresses": RESOURCES,
}
_TABLES = (orders, notices, servers, volumes, networks, addresses)


def _due() -> Select[str, str, int]:
    waiting = notices.c.state == "pending", notices.c.due_at <= bindparam("now", type_=Instant)
    return select(literal("due"), cast(null(), Text), func.count()).select_from(notices).where(*waiting)


_COUNTS = union_all(
    *(select(literal(t.name).label("noun"), t.c.state, func.count().label("n")).group_by(t.c.state) for t in _TABLES),
    _due(),
)


def gauges(engine: Engine, now: datetime) -> dict[str, float]:
    """By sample name, as `cloudctl_servers{state="active"}`.

    `cloudctl_notices_due` are those whose time has come, `cloudctl_channel_failing_seconds` is since when a channel
    fails.
    """
    with engine.connect() as connection:
        counts = {(noun, state): float(n) for noun, state, n in connection.execute(_COUNTS, {"now": now})}
    states = [(noun, state) for noun, machine in NOUNS.items() for state in machine.states]
    samples = {f'cloudctl_{noun}{{state="{state}"}}': counts.get((noun, state), 0.0) for noun, state in states}
    failing = {
        f'cloudctl_channel_failing_seconds{{channel="{row.name}"}}': _seconds(row.failing_since, now)
        for row in channels.all_of_them(engine)
    }
    return samples | {"cloudctl_notices_due": counts["due", None]} | failing


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)
