"""The one queue that sagas wait in, partitioned by queue key.

A key (bootstrap passes a cloud's code) has a limit of its own, so that a slow backend holds up nobody else's sagas. A
worker has one as well: without it, a single poll would claim the whole backlog for one process.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbos import DBOSClient

QUEUE = "clouds"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """`per_worker` sagas at once in a process, `per_key` at once for a key over all workers; `poll_s` in seconds."""

    per_worker: int = 10
    per_key: int = 10
    poll_s: float = 0.2


def declare(client: DBOSClient, settings: QueueSettings) -> None:
    """Puts the queue with these limits on record; the last worker to start has the word."""
    client.register_queue(
        QUEUE,
        worker_concurrency=settings.per_worker,
        partition_concurrency=settings.per_key,
        polling_interval_sec=settings.poll_s,
        on_conflict="always_update",
    )
