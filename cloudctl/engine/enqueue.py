"""Starting sagas inside the domain's own transaction.

    enqueue = enqueuer(connect(database))
    with session.begin():
        ...                                                      # approve the orders
        enqueue(session.connection(), [Start("provision_order", order.workflow_id, (str(order.id),), order.lane), ...])

All stand or all are rolled back, because the engine's tables live in the same database. A workflow id that is there
already is left as it is, so a repeated start is none.

One saga is enqueued by the engine itself. It has no way to enqueue many in a transaction that is not its own, so of
several the rows are written here as it would write them, by one statement a table (ADR 0025).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

from dbos import DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import JSON, Connection, column, table
from sqlalchemy.dialects import postgresql, sqlite

from cloudctl.engine.client import APPLICATION, SCHEMA
from cloudctl.engine.queues import QUEUE
from cloudctl.ports.engine import Start

_JSON = DBOSPortableJSONSerializer()
_SAME: dict[str, Any] = {
    "status": "ENQUEUED",
    "queue_name": QUEUE,
    "recovery_attempts": 0,
    "priority": 0,
    "serialization": _JSON.name(),
    "attributes": JSON.NULL,
    "is_debounced": False,
    "application_name": APPLICATION,
}

Enqueue = Callable[[Connection, Sequence[Start]], None]
"""Enqueues the sagas in the transaction of the connection."""


def enqueuer(client: DBOSClient) -> Enqueue:
    """The enqueue function over `client`; it neither commits nor talks to the database on its own."""

    def enqueue(connection: Connection, starts: Sequence[Start]) -> None:
        if len(starts) > 1 and _enqueued_together(connection, starts):
            return
        for start in starts:
            client.enqueue_in_transaction(
                connection,
                {
                    "workflow_name": start.saga,
                    "queue_name": QUEUE,
                    "workflow_id": start.workflow_id,
                    "queue_partition_key": start.queue_key,
                },
                *start.ids,
            )

    return enqueue


def _enqueued_together(connection: Connection, starts: Sequence[Start]) -> bool:
    """Writes the rows of those that are not there; False when some are, for the engine to say what that means."""
    into_status, into_input = _statements(connection.dialect.name)
    states = [
        {
            **_SAME,
            "workflow_uuid": start.workflow_id,
            "name": start.saga,
            "queue_partition_key": start.queue_key,
            "creator_xid": str(uuid4()),
        }
        for start in starts
    ]
    if connection.execute(into_status, states).rowcount < len(starts):
        return False
    inputs = [
        {
            "workflow_uuid": start.workflow_id,
            "inputs": _JSON.serialize({"namedArgs": {}, "positionalArgs": list(start.ids)}),
        }
        for start in starts
    ]
    connection.execute(into_input, inputs)
    return True


@cache
def _statements(dialect: str) -> tuple[Any, Any]:
    """The inserts of a workflow's state and of its input."""
    insert: Any = {"sqlite": sqlite, "postgresql": postgresql}[dialect].insert
    schema = SCHEMA if dialect == "postgresql" else None
    named = ("workflow_uuid", "name", "queue_partition_key", "creator_xid", *_SAME)
    columns = [column(name, JSON() if name == "attributes" else None) for name in named]
    states = table("workflow_status", *columns, schema=schema)
    inputs = table("workflow_input", column("workflow_uuid"), column("inputs"), schema=schema)
    return insert(states).on_conflict_do_nothing(), insert(inputs).on_conflict_do_nothing()
