"""Whose turn it is: a run's saga is queued in the very transaction in which its hosts become its own.

So no worker's thread waits for a host, and what waits survives everything. Whoever ends a run, or puts one into the
queue, calls `serve` before the transaction ends; `uow.runs.lock_turns()` comes before any run is locked.
"""

from __future__ import annotations

from cloudctl.domain.runs import Run, Waiting, whose_turn
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

SAGA = "run_playbook"


def serve(ctx: Context, uow: UnitOfWork) -> None:
    """Begins every run whose turn it is."""
    waiting = {run.id: run for run in uow.runs.waiting()}
    if not waiting:
        return
    going = [_seen(run) for run in uow.runs.going()]
    for key in whose_turn([_seen(run) for run in waiting.values()], going, ctx.limits.runs):
        run = waiting[key]
        run.begin(uow.now)
        uow.runs.claim(run)
        if run.saga == SAGA:
            uow.start(SAGA, f"{SAGA}-{run.id}", str(run.id), queue_key=f"runs-{run.zone}")


def advance(ctx: Context, request: Request) -> None:
    """The regular job: begins what a limit that was raised meanwhile lets begin."""
    with ctx.unit_of_work(request) as uow:
        uow.runs.lock_turns()
        serve(ctx, uow)


def call_off(uow: UnitOfWork, run: Run) -> None:
    """At once before it has begun; a stop is carried out by whoever plays it."""
    run.stop()
    if run.state == "cancelled":
        run.ended_at = uow.now


def free(ctx: Context, uow: UnitOfWork, run: Run) -> None:
    """It has ended: its hosts are the next one's."""
    uow.runs.unclaim(run)
    serve(ctx, uow)


def _seen(run: Run) -> Waiting:
    return Waiting(id=run.id, zone=run.zone, hosts=frozenset(run.hosts))
