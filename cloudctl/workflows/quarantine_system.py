"""quarantine_system: switches off all of a system that is cleared, cuts it off, and makes sure of it.

note_running -> put_addresses_by -> power_off -> cut_off -> look_again -> finish_quarantine
anything else: bring_all_back -> stop_quarantine

DNS names and certificates are not touched. Only a system that is off as a whole is in quarantine: where one server
cannot be switched off, or the case no longer lets it, the others come back.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import clearings
from cloudctl.workflows import changing, reaching
from cloudctl.workflows.attempts import step
from cloudctl.workflows.clearing import Lot, each, forward, in_turn, is_on, lots, require_off, told, withheld
from cloudctl.workflows.release_quarantine import bring_back

NAME = "quarantine_system"


@step
def note_running(ctx: Context, clearing_id: str) -> Verdict | None:
    """Which servers run is kept before one is switched off: these come back, and what was off stays off."""
    if (no := withheld(ctx, clearing_id, NAME, "note_running")) is not None:
        return no
    clearings.seen_running(ctx, UUID(clearing_id), [lot.server.id for lot in lots(ctx, clearing_id) if is_on(lot)])
    return None


@step
def put_addresses_by(ctx: Context, clearing_id: str) -> Verdict | None:
    """Floating addresses lead nowhere; they stay the department's."""
    acts = [lambda lot=lot: _put_by(lot) for lot in lots(ctx, clearing_id)]
    return in_turn(ctx, clearing_id, NAME, "put_addresses_by", acts)


@step
def power_off(ctx: Context, clearing_id: str) -> Verdict | None:
    """Every server is switched off, one after the other, each looked at."""
    acts = [lambda lot=lot: changing.switch_off(lot.site, lot.server) for lot in lots(ctx, clearing_id)]
    return in_turn(ctx, clearing_id, NAME, "power_off", acts)


@step
def cut_off(ctx: Context, clearing_id: str) -> Verdict | None:
    """And cut off from its networks: one that somebody starts reaches nothing."""
    acts = [lambda lot=lot: reaching.cut_off(lot.site, lot.server) for lot in lots(ctx, clearing_id)]
    return in_turn(ctx, clearing_id, NAME, "cut_off", acts)


@step
def look_again(ctx: Context, clearing_id: str) -> Verdict | None:
    """All of it is off and cut off at the same time."""
    if (no := withheld(ctx, clearing_id, NAME, "look_again")) is not None:
        return no
    each(ctx, require_off, lots(ctx, clearing_id))
    return None


@step
def finish_quarantine(ctx: Context, clearing_id: str) -> None:
    """On record; its backup is begun."""
    clearings.quarantined(ctx, UUID(clearing_id))


@step
def bring_all_back(ctx: Context, clearing_id: str) -> None:
    """What was switched off already runs again; what was off before stays off."""
    bring_back(ctx, clearing_id)
    clearings.brought_back(ctx, UUID(clearing_id))


@step
def stop_quarantine(ctx: Context, clearing_id: str, reason: str) -> None:
    """The case decides what follows."""
    clearings.stopped(ctx, UUID(clearing_id), NAME, reason)


def body(steps: Any, clearing_id: str) -> Verdict:
    """Off, or as it was."""
    verdict = forward(steps, clearing_id, FORWARD)
    if verdict["outcome"] == "done":
        return verdict
    back: Verdict = steps.bring_all_back(clearing_id)
    reason = verdict.get("reason", "")
    if back["outcome"] != "done":
        reason = f"{reason} ({back.get('reason', '')})"
    return told(verdict, steps.stop_quarantine(clearing_id, reason))


FORWARD = ("note_running", "put_addresses_by", "power_off", "cut_off", "look_again", "finish_quarantine")
QUARANTINE_SYSTEM = Saga(
    name=NAME,
    steps=(
        note_running,
        put_addresses_by,
        power_off,
        cut_off,
        look_again,
        finish_quarantine,
        bring_all_back,
        stop_quarantine,
    ),
    body=body,
)


def _put_by(lot: Lot) -> None:
    for address in lot.addresses:
        reaching.aim(lot.site, address, None)
