"""Which workflow and step a log line belongs to: the log formatter reads these variables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

workflow: ContextVar[str | None] = ContextVar("workflow", default=None)
step: ContextVar[str | None] = ContextVar("step", default=None)


@contextmanager
def bound(variable: ContextVar[str | None], value: str | None) -> Iterator[None]:
    """Sets `variable` for the block."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
