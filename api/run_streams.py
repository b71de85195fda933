"""What runs say, as a feed of server-sent events: a batch an event, however many lines it has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from api.answers import encode
from api.schemas.runs import RunEventsOut
from cloudctl.ports.queries import Queries
from cloudctl.ports.queries.rows import RunEventsRow


class RunFeed:
    """What runs say; implements `api.streams.Feed`."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def missed(self, subject: UUID, after: int, limit: int) -> Sequence[RunEventsRow]:
        """A run's batches."""
        return self._queries.run_events_of(subject, after, limit)

    def since(self, subjects: Collection[UUID], after: int) -> Sequence[RunEventsRow]:
        """The batches of the runs that are followed: others are not even read."""
        return self._queries.run_events_since(list(subjects), after)

    def last(self) -> int:
        """The last batch's."""
        return self._queries.last_run_events()

    def subject(self, row: RunEventsRow) -> UUID:
        """Its run."""
        return row.run_id

    def chunk(self, row: RunEventsRow, locale: str) -> bytes:
        """A batch."""
        return b"id: %d\nevent: lines\ndata: %b\n\n" % (row.seq, encode(RunEventsOut.told(row, locale)))

    def final(self, row: RunEventsRow) -> bool:
        """The run has ended."""
        return row.state is not None
