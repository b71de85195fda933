"""release_quarantine: brings all of a system back as it was, with one command; nothing holds that up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import clearings
from cloudctl.workflows import reaching
from cloudctl.workflows.attempts import step
from cloudctl.workflows.clearing import Lot, each, lots, told
from cloudctl.workflows.restore_resource import start

NAME = "release_quarantine"


@step
def bring_servers_back(ctx: Context, clearing_id: str) -> None:
    """Back on their networks, on if they were, and reached at their floating addresses; all servers side by side."""
    bring_back(ctx, clearing_id)


@step
def finish_release(ctx: Context, clearing_id: str) -> None:
    """On record."""
    clearings.restored(ctx, UUID(clearing_id))


@step
def stop_release(ctx: Context, clearing_id: str, reason: str) -> None:
    """What could not be brought back waits for a person."""
    clearings.stopped(ctx, UUID(clearing_id), NAME, reason)


def body(steps: Any, clearing_id: str) -> Verdict:
    """Bring back, then book it."""
    verdict: Verdict = steps.bring_servers_back(clearing_id)
    if verdict["outcome"] == "done":
        verdict = steps.finish_release(clearing_id)
    if verdict["outcome"] == "done":
        return verdict
    return told(verdict, steps.stop_release(clearing_id, verdict.get("reason", "")))


RELEASE_QUARANTINE = Saga(name=NAME, steps=(bring_servers_back, finish_release, stop_release), body=body)


def bring_back(ctx: Context, clearing_id: str) -> None:
    """Each server as it was before anything was switched off."""
    ran = frozenset(clearings.get_for_machine(ctx, UUID(clearing_id)).ran)
    each(ctx, lambda lot: _bring_back(lot, on=lot.server.id in ran), lots(ctx, clearing_id))


def _bring_back(lot: Lot, *, on: bool) -> None:
    """One server, as it was; each act is looked at, and what is so already is done."""
    reaching.take_back(lot.site, lot.server)
    if on:
        start(lot.site, lot.server)
    for address in lot.addresses:
        reaching.aim(lot.site, address, lot.server)
