"""Server-sent events: an order's progress, and what a run says, live.

One poller a process and feed reads new lines by cursor and hands each to the streams of its subject, an order or a run.
An open stream is a queue and nothing else: no connection, no thread. Lines appear in the order of their `seq` (the unit
of work sees to that), so a stream that broke off resumes after its Last-Event-ID. Who reads too slowly is let go and
resumes the same way.

    streams = Streams(ctx.queries, gauge)
    return streams.follow(order_id, after=17, locale="en")
    streams.stop()  # before the server waits for its connections
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from uuid import UUID

from prometheus_client import Gauge
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.answers import encode
from api.schemas.progress import FINAL, ProgressOut
from cloudctl.ports.queries import Queries
from cloudctl.ports.queries.rows import ProgressRow

POLL_S: Final = 0.5
HEARTBEAT_S: Final = 15.0
LONGEST_S: Final = 900.0  # then the client comes back, and its token is looked at again
BACKLOG: Final = 256
PAGE: Final = 500
TURN: Final = 32
RETRY = b"retry: 2000\n\n"
HEARTBEAT = b": still here\n\n"
_log = logging.getLogger(__name__)

Queue = asyncio.Queue[Any]
"""Lines for one stream; None ends it."""


class Feed(Protocol):
    """What is followed: rows with a `seq` that rises in the order of commits, of subjects."""

    def __init__(self, queries: Queries) -> None: ...

    def missed(self, subject: UUID, after: int, limit: int) -> Sequence[Any]:
        """A subject's rows after a cursor, in order."""
        ...

    def since(self, subjects: Collection[UUID], after: int) -> Sequence[Any]:
        """Rows after a cursor, in order; those of other subjects may be left out."""
        ...

    def last(self) -> int:
        """The highest cursor."""
        ...

    def subject(self, row: Any) -> UUID:
        """Whose row it is."""
        ...

    def chunk(self, row: Any, locale: str) -> bytes:
        """A row as an event."""
        ...

    def final(self, row: Any) -> bool:
        """Whether nothing comes after it."""
        ...


class ProgressFeed:
    """The progress of orders."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def missed(self, subject: UUID, after: int, limit: int) -> Sequence[ProgressRow]:
        """An order's lines."""
        return self._queries.progress_of(subject, after, limit)

    def since(self, subjects: Collection[UUID], after: int) -> Sequence[ProgressRow]:  # noqa: ARG002 - there are few
        """All orders' lines."""
        return self._queries.progress_since(after)

    def last(self) -> int:
        """The last line's."""
        return self._queries.last_progress()

    def subject(self, row: ProgressRow) -> UUID:
        """Its order."""
        return row.order_id

    def chunk(self, row: ProgressRow, locale: str) -> bytes:
        """A line."""
        return b"id: %d\nevent: progress\ndata: %b\n\n" % (row.seq, encode(ProgressOut.told(row, locale)))

    def final(self, row: ProgressRow) -> bool:
        """The order's file is closed."""
        return row.state in FINAL


class Streams:
    """All open streams of this process."""

    def __init__(
        self,
        queries: Queries,
        gauge: Gauge,
        *,
        feed: type[Feed] = ProgressFeed,
        poll_s: float = POLL_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self.feed = feed(queries)
        self._gauge = gauge
        self._poll_s = poll_s
        self._heartbeat_s = heartbeat_s
        self._open: dict[UUID, set[Queue]] = defaultdict(set)
        self._poller: asyncio.Task[None] | None = None
        self._rendered: dict[tuple[int, str], bytes] = {}
        self._stopped = False

    def follow(self, subject: UUID, *, after: int, locale: str) -> EventStream:
        """The answer that streams a subject's lines after a cursor. The caller has checked that it may be seen."""
        return EventStream(self, subject, after, locale)

    def stop(self) -> None:
        """Ends all streams, from the event loop's thread; later ones end at once."""
        self._stopped = True
        for queues in self._open.values():
            for queue in queues:
                _end(queue)

    async def close(self) -> None:
        """Stops, and waits for the poller."""
        self.stop()
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller

    async def lines(self, subject: UUID, queue: Queue, after: int) -> AsyncIterator[Any]:
        """Lines after the cursor, first from the record, then live; None where a heartbeat is due."""
        sent = after
        while missed := await run_in_threadpool(self.feed.missed, subject, sent, PAGE):
            for row in missed:
                sent = row.seq
                yield row
        clock = asyncio.get_running_loop().time
        ends = clock() + LONGEST_S
        while not self._stopped and clock() < ends:
            try:
                row_or_end = await asyncio.wait_for(queue.get(), self._heartbeat_s)
            except TimeoutError:
                yield None
                continue
            if row_or_end is None:
                return
            if row_or_end.seq > sent:
                sent = row_or_end.seq
                yield row_or_end

    async def subscribe(self, subject: UUID) -> Queue:
        """A queue that gets every line of the subject from now on."""
        queue: Queue = asyncio.Queue(BACKLOG)
        if self._poller is None or self._poller.done():
            cursor = await run_in_threadpool(self.feed.last)
            if self._poller is None or self._poller.done():
                self._poller = asyncio.create_task(self._poll(cursor), name="progress poller")
        self._open[subject].add(queue)
        self._gauge.inc()
        return queue

    def unsubscribe(self, subject: UUID, queue: Queue) -> None:
        self._open[subject].discard(queue)
        if not self._open[subject]:
            del self._open[subject]
        self._gauge.dec()

    async def _poll(self, cursor: int) -> None:
        """Hands new lines out as long as anybody listens; a failed read is tried again."""
        while not self._stopped:
            await asyncio.sleep(self._poll_s)
            if not self._open:
                return
            try:
                rows = await run_in_threadpool(self.feed.since, tuple(self._open), cursor)
            except Exception:  # noqa: BLE001 - whatever the driver raises, the next poll may succeed
                _log.exception("reading progress failed; trying again")
                continue
            self._rendered.clear()
            for row in rows:
                cursor = row.seq
                await self._hand_out(row)

    async def _hand_out(self, row: Any) -> None:
        """To every stream of its subject; now and then other requests get their turn."""
        for count, queue in enumerate(tuple(self._open.get(self.feed.subject(row), ())), start=1):
            if queue.full():
                _end(queue)
            else:
                queue.put_nowait(row)
            if count % TURN == 0:
                await asyncio.sleep(0)

    def chunk(self, row: Any, locale: str) -> bytes:
        """The event of a line, rendered once a language however many follow its subject."""
        key = (row.seq, locale)
        chunk = self._rendered.get(key)
        if chunk is None:
            chunk = self._rendered[key] = self.feed.chunk(row, locale)
        return chunk


class EventStream(Response):
    """One stream: it ends with its subject, the client, the process, or after LONGEST_S."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, subject: UUID, after: int, locale: str) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams, self._subject, self._after, self._locale = streams, subject, after, locale

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's form
        """Sends until there is nobody or nothing left."""
        queue = await self._streams.subscribe(self._subject)
        watcher = asyncio.create_task(_end_with_client(receive, queue))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _send(send, RETRY)
            async for row in self._streams.lines(self._subject, queue, self._after):
                await _send(send, HEARTBEAT if row is None else self._streams.chunk(row, self._locale))
                if row is not None and self._streams.feed.final(row):
                    break
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watcher.cancel()
            self._streams.unsubscribe(self._subject, queue)


async def _send(send: Send, chunk: bytes) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _end_with_client(receive: Receive, queue: Queue) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    _end(queue)


def _end(queue: Queue) -> None:
    """Drops what waits and ends the stream: the client resumes after what it has read."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
