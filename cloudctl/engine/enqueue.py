"""Starting a saga inside the domain's own transaction.

    enqueue = enqueuer(connect(database))
    with session.begin():
        ...                                                      # approve the order
        enqueue(session, "provision_order", order.workflow_id, (str(order.id),), order.cloud)

Both stand or both are rolled back, because the engine's tables live in the same database. A workflow id that is there
already is left as it is, so a repeated start is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dbos import DBOSClient
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cloudctl.engine.queues import QUEUE


class Enqueue(Protocol):
    """What persistence is given."""

    def __call__(
        self, connection: Connection | Session, saga: str, workflow_id: str, ids: Sequence[str], queue_key: str
    ) -> None:
        """Enqueues `saga` with `ids` in the transaction of `connection`."""
        ...


def enqueuer(client: DBOSClient) -> Enqueue:
    """The enqueue function over `client`; it neither commits nor talks to the database on its own."""

    def enqueue(
        connection: Connection | Session, saga: str, workflow_id: str, ids: Sequence[str], queue_key: str
    ) -> None:
        client.enqueue_in_transaction(
            connection,
            {
                "workflow_name": saga,
                "queue_name": QUEUE,
                "workflow_id": workflow_id,
                "queue_partition_key": queue_key,
            },
            *ids,
        )

    return enqueue
