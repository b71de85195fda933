"""Undoing an order: the compensation of `provision_order`, and what `undo_order` runs for an operator.

In reverse of the build. Every step is safe to repeat, and a step that cannot undo parks the order with everything
still held: nothing is ever let go of while an object may still be in the cloud.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from cloudctl.domain.errors import BackendError
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import Verdict
from cloudctl.ports.context import Context
from cloudctl.services import deliveries
from cloudctl.services.deliveries import Delivery
from cloudctl.workflows import changing
from cloudctl.workflows.attempts import gravest, step
from cloudctl.workflows.building import remove, site_of
from cloudctl.workflows.objects import ADDRESSES, NETWORKS, SERVERS, VOLUMES, Handler


@step
def undo_changes(ctx: Context, order_id: str) -> None:
    """Takes back changes that had begun."""
    changing.take_back(ctx, UUID(order_id))


@step
def undo_addresses(ctx: Context, order_id: str) -> None:
    """Gives floating addresses back."""
    _remove(ctx, order_id, ADDRESSES)


@step
def undo_servers(ctx: Context, order_id: str) -> None:
    """Deletes servers that were never delivered."""
    _remove(ctx, order_id, SERVERS)


@step
def undo_volumes(ctx: Context, order_id: str) -> None:
    """Deletes their volumes; one for a server that stays is cut loose first."""
    _everywhere(ctx, order_id, _cut_loose)
    _remove(ctx, order_id, VOLUMES)


@step
def undo_networks(ctx: Context, order_id: str) -> None:
    """Deletes their networks."""
    _remove(ctx, order_id, NETWORKS)


@step
def fail(ctx: Context, order_id: str, where: str, reason: str) -> None:
    """Lets go of what was held and tells the applicant why."""
    deliveries.fail(ctx, UUID(order_id), where, reason)


@step
def park(ctx: Context, order_id: str, where: str, reason: str) -> None:
    """Hands the order to an operator."""
    deliveries.park(ctx, UUID(order_id), where, reason)


UNDO = (undo_changes, undo_addresses, undo_servers, undo_volumes, undo_networks)
UNDO_STEPS = (*UNDO, fail, park)


def undo_all(steps: Any, order_id: str, where: str, reason: str) -> Verdict:
    """All undo steps in order, then `fail`; parked at the first that cannot."""
    for act in UNDO:
        verdict: Verdict = getattr(steps, act.__name__)(order_id)
        if verdict["outcome"] != "done":
            both = f"{verdict.get('reason', '')} (undone because of {where}: {reason})"
            return _park(steps, order_id, {**verdict, "reason": both})
    _surely(steps.fail(order_id, where, reason))
    return {"outcome": "failed", "step": where, "reason": reason}


def settle_order(steps: Any, order_id: str, verdict: Verdict) -> Verdict:
    """What follows from the verdict of the last forward step."""
    if verdict["outcome"] == "failed":
        return undo_all(steps, order_id, verdict.get("step", ""), verdict.get("reason", ""))
    if verdict["outcome"] == "park":
        return _park(steps, order_id, verdict)
    return verdict


def _park(steps: Any, order_id: str, verdict: Verdict) -> Verdict:
    _surely(steps.park(order_id, verdict.get("step", ""), verdict.get("reason", "")))
    return {**verdict, "outcome": "park"}


def _surely(verdict: Verdict) -> None:
    """The last word on an order was not put on record: the workflow ends in error, and `resume` goes on from there."""
    if verdict["outcome"] != "done":
        raise RuntimeError(f"{verdict.get('step')}: {verdict.get('reason')}")


def _everywhere(ctx: Context, order_id: str, act: Callable[[Context, Delivery], None]) -> None:
    """Does it on every cloud of the order, also where one of them cannot: raises the gravest failure afterwards."""
    errors = []
    for delivery in deliveries.load(ctx, UUID(order_id)):
        try:
            act(ctx, delivery)
        except BackendError as error:
            errors.append(error)
    if errors:
        raise gravest(errors)


def _cut_loose(ctx: Context, delivery: Delivery) -> None:
    """Detaches volumes that were made for servers which stay."""
    own = {resource.id for resource in delivery.resources}
    for volume in delivery.of(Volume):
        if delivery.tenant and volume.state != "planned" and volume.server_id not in {None, *own}:
            changing.detach(site_of(ctx, delivery), volume.id)


def _remove(ctx: Context, order_id: str, handler: Handler) -> None:
    """Removes all of a kind. Nothing was built where the department had no project yet."""

    def act(ctx: Context, delivery: Delivery) -> None:
        if delivery.tenant is None:
            deliveries.undo(ctx, delivery.order.id, [resource.id for resource in delivery.of(handler.KIND)])
        else:
            remove(site_of(ctx, delivery), handler)

    _everywhere(ctx, order_id, act)
