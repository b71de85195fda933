"""Waiting for what another process, thread or host brings about: the one place where a test sleeps for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_S = 0.05
PATIENCE_S = 180.0
"""Longer than anything takes here on a busy machine: who waits for it has something that does not come."""


def until(
    probe: Callable[[], T | None],
    *,
    within_s: float = PATIENCE_S,
    every_s: float = PAUSE_S,
    what: Callable[[], object] = lambda: "nothing came of it",
) -> T:
    """The first truthy answer of `probe`; fails with `what` when there is none in time.

    Nothing tells a test that a page answers or a file is there, so it looks again; what is to be told in time is not
    asserted.
    """
    deadline = time.monotonic() + within_s
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"after {within_s:g} s: {what()}"
        time.sleep(every_s)
    return answer
