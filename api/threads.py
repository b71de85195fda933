"""The threads of reads: few, for the interpreter runs one at a time and more only get in each other's way.

Reads have a limit of their own, so that they are answered while slow acts on a cloud fill the server's other threads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")

AT_ONCE = 2


def reads() -> CapacityLimiter:
    """A limit of its own: for lists, and for admitting everybody else, so that neither waits for the other."""
    return CapacityLimiter(AT_ONCE)


async def read(limit: CapacityLimiter, function: Callable[..., T], *args: object) -> T:
    """Runs a short, blocking read on a thread, when one of the few is free."""
    return await to_thread.run_sync(partial(function, *args), limiter=limit)
