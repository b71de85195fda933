"""What a server is to playbooks, as an expression: derived from what is on record, so that it cannot lag behind."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, literal, or_, select

from cloudctl.domain.hosts import HostLife
from cloudctl.domain.lifecycle_clearings import OFF
from cloudctl.persistence.tables import clearings, departments, hosts, servers, systems

IN_USE = ("active", "changing")
PUT_BY = ("releasing", "retained", "purging")
"""States of a server that was delivered and is no longer in use; before and after it is no host."""
_CUT_OFF = (*OFF, "deleting", "deleted", "restoring")

HOSTS: ColumnElement[bool] = servers.c.state.in_((*IN_USE, *PUT_BY))
"""Which servers are hosts at all."""

OF_SERVERS: FromClause = (
    servers.outerjoin(hosts, hosts.c.id == servers.c.id)
    .join(departments, and_(departments.c.id == servers.c.department_id, HOSTS))
    .outerjoin(systems, systems.c.id == servers.c.system_id)
)
"""Servers that are hosts, with what is known of them as such."""

BY_CLEARING: ColumnElement[bool] = exists(
    select(literal(1)).where(
        clearings.c.system_id == servers.c.system_id,
        or_(
            clearings.c.state.in_(_CUT_OFF),
            and_(clearings.c.state.in_(("held", "attention")), clearings.c.paused.in_(_CUT_OFF)),
            clearings.c.saga == "quarantine_system",
        ),
    )
)
"""Whether a clearing has the server's system switched off, is about to, or has not brought all of it back."""

LIFE: ColumnElement[str] = case(
    (servers.c.state.in_(PUT_BY), HostLife.ENDED.value),
    (or_(hosts.c.quarantined_at.is_not(None), BY_CLEARING), HostLife.QUARANTINED.value),
    (hosts.c.host_key.is_(None), HostLife.UNMANAGED.value),
    else_=HostLife.IN_SERVICE.value,
)
