"""Toy sagas. A step's effect is one line in a journal file, which outlives the process like a cloud does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cloudctl.domain.workflows import DONE, Saga, Verdict


@dataclass
class Journal:
    """What the steps are given as their context."""

    path: Path
    entered: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    fatal: str | None = None

    def write(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(f"{line}\n")

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


def begin(ctx: Journal, key: str) -> Verdict:
    ctx.write(f"begin {key}")
    return DONE


def work(ctx: Journal, key: str) -> Verdict:
    """Waits at the gate, or dies by kill -9 where the test says so."""
    ctx.write(f"work {key}")
    if ctx.fatal == "work":
        os.kill(os.getpid(), signal.SIGKILL)
    ctx.entered.set()
    assert ctx.gate.wait(30)
    return DONE


def finish(ctx: Journal, key: str) -> Verdict:
    ctx.write(f"finish {key}")
    return DONE


def give_up(ctx: Journal, key: str, reason: str) -> Verdict:
    ctx.write(f"give_up {key} {reason}")
    return DONE


def _in_order(steps: object, key: str) -> Verdict:
    for name in ("begin", "work", "finish"):
        verdict: Verdict = getattr(steps, name)(key)
        if verdict["outcome"] != "done":
            steps.give_up(key, verdict["reason"])  # type: ignore[attr-defined]
            return verdict
    return DONE


PLAIN = Saga(name="plain", steps=(begin, work, finish, give_up), body=_in_order)


def with_work(run: Callable[..., Verdict]) -> Saga:
    """PLAIN with another middle step."""
    run.__name__ = "work"
    return Saga(name="plain", steps=(begin, run, finish, give_up), body=_in_order)
