"""Watching an order until it rests: a line for every event, and on a terminal a bar that moves meanwhile.

Only this module imports rich, and only when the output is a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import click

from cloudctl.cli.client import Client, item
from cloudctl.cli.exits import Exit
from cloudctl.cli.labels import label
from cloudctl.cli.streams import events
from cloudctl.cli.tables import people_time
from cloudctl.cli.words import _
from cloudctl.messages import acting, fill

# The milestones of an order's life, in order: what the bar counts. Other states stand where they leave it.
MILESTONES = ("draft", "submitted", "signed_off", "in_review", "approved", "provisioning", "delivered")
# Where nobody but a person moves an order on: following ends there.
RESTING = frozenset({"delivered", "rejected", "refused", "cancelled", "failed", "attention", "closed", "returned"})
GOOD = frozenset({"delivered", "closed"})


class Screen(Protocol):
    """Where lines go."""

    def line(self, text: str, state: str) -> None:
        """Shows one line; the bar moves to `state`."""
        ...


class Plain:
    """Lines only: for files, pipes and logs."""

    def line(self, text: str, state: str) -> None:  # noqa: ARG002
        click.echo(text)


def follow(api: Client, order_id: str) -> Exit:
    """Shows an order's history and goes on until it rests; UNFINISHED when it rests otherwise than delivered.

    A state of the past does not end it: the live part begins after the last line on record.
    """
    where = item("/orders", order_id)
    with _screen() as screen:
        past = api.get(where + "/progress").data
        for line in past:
            screen.line(progress_text(line), line["state"])
        state = past[-1]["state"] if past else ""
        last_id = str(past[-1]["seq"]) if past else None
        if state not in RESTING:
            for event in events(api, where + "/events", last_id=last_id):
                state = event.data["state"]
                screen.line(progress_text(event.data), state)
                if state in RESTING:
                    break
    return Exit.OK if state in GOOD else Exit.UNFINISHED


@contextmanager
def counted(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal that moves by what the given function is told; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, advance=done)


@contextmanager
def staged() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage on a terminal, by what the given function is told of it; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(label(stage), total=total)
            bars.update(tasks[stage], completed=done)

        yield told


def progress_text(line: Mapping[str, Any]) -> str:
    """One line of an order's history: when, in which state, what happened, who did it and why."""
    said = line.get("text") or fill(_, line["message"], line.get("params") or {})
    when = people_time(datetime.fromisoformat(line["at"]))
    why = _(" Reason: {reason}").format(reason=line["reason"]) if line.get("reason") else ""
    return f"{when}  [{label(line['state'])}] {said} ({acting(_, line['actor'])}){why}"


@contextmanager
def _screen() -> Iterator[Screen]:
    """A bar above which lines scroll by on a terminal, plain lines elsewhere."""
    if not sys.stdout.isatty():
        yield Plain()
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task(_("Waiting"), total=len(MILESTONES))

        class Barred:
            """Lines above the bar, which stands at the last milestone."""

            def line(self, text: str, state: str) -> None:
                bar.console.print(text, markup=False, highlight=False)
                bar.update(task, description=label(state))
                if state in MILESTONES:
                    bar.update(task, completed=MILESTONES.index(state) + 1)

        yield Barred()
