"""A long act that tells how far it is: server-sent events on the very answer, for who asks for them.

    return watched(act, lambda progress: act.carry_out(Shape.of, use_case, progress=progress))

Without `Accept: text/event-stream` it is an ordinary answer. With it come `event: progress` with the stage and the rows
done of all, and last `event: answer` with the status and body that the ordinary answer would have had, refusals too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Final

from starlette.responses import Response, StreamingResponse

from api.answers import encode
from api.deps import Act
from api.problems import respond

EVENTS: Final = "text/event-stream"
Progress = Callable[[str, int, int], None]


def watched(act: Act, work: Callable[[Progress], Response]) -> Response:
    """The answer of `work`, or the events that lead up to it."""
    if EVENTS not in act.http.headers.get("accept", ""):
        return work(lambda _stage, _done, _total: None)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(act, work), media_type=EVENTS, headers=headers)


def _events(act: Act, work: Callable[[Progress], Response]) -> Iterator[bytes]:
    """Nobody's leaving ends the act: it goes on, and its answer is kept under the Idempotency-Key."""
    told: SimpleQueue[bytes | Response] = SimpleQueue()

    def progress(stage: str, done: int, total: int) -> None:
        told.put(b"event: progress\ndata: %b\n\n" % encode({"stage": stage, "done": done, "total": total}))

    def carry_out() -> None:
        try:
            told.put(work(progress))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told in a problem document
            told.put(respond(error, locale=act.locale, request_id=act.request.request_id))

    Thread(target=copy_context().run, args=(carry_out,), name="watched act", daemon=True).start()
    while isinstance(event := told.get(), bytes):
        yield event
    yield b'event: answer\ndata: {"status":%d,"body":%b}\n\n' % (event.status_code, bytes(event.body) or b"null")
