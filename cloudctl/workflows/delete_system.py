"""delete_system: deletes a system from its cloud, after every byte of its backup was read once more.

look_before -> verify_backup -> delete_addresses -> delete_servers -> delete_volumes -> delete_networks
            -> finish_deletion
anything else: stop_deletion

Nothing is deleted of a system that runs, or whose backup has a single other byte. A segment goes only where nothing
else stands on it, on record or in the cloud.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from cloudctl.domain.errors import Busy, Failed
from cloudctl.domain.networks import Network
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import backups, clearing_deletions, clearings
from cloudctl.workflows.attempts import insist, step
from cloudctl.workflows.building import remove_objects
from cloudctl.workflows.clearing import BY_HAND, Lot, each, forward, in_turn, lots, require_off, told, withheld
from cloudctl.workflows.objects import ADDRESSES, NETWORKS, SERVERS, VOLUMES, Handler
from cloudctl.workflows.restore_resource import resource_site

NAME = "delete_system"
log = logging.getLogger(__name__)


@step
def look_before(ctx: Context, clearing_id: str) -> Verdict | None:
    """All of it is off and cut off, as it has been; once the deletion has begun some of it is gone."""
    if (no := withheld(ctx, clearing_id, NAME, "look_before")) is not None:
        return no
    begun = clearings.get_for_machine(ctx, UUID(clearing_id)).state == "deleting"
    try:
        each(ctx, _require_none_runs if begun else require_off, lots(ctx, clearing_id))
    except Failed as found:  # what was written since is in no backup, and nobody has signed it away
        clearings.void(ctx, UUID(clearing_id), str(found))
        raise
    return None


@step
def verify_backup(ctx: Context, clearing_id: str) -> Verdict | None:
    """Reads the backup's every byte; the case compares the digest with its own."""
    if (no := withheld(ctx, clearing_id, NAME, "verify_backup")) is not None:
        return no
    digest = backups.verify(ctx, UUID(clearing_id))
    clearings.begin_deletion(ctx, UUID(clearing_id), digest=digest)
    return None


@step
def delete_addresses(ctx: Context, clearing_id: str) -> Verdict | None:
    """Floating addresses are given back."""
    return _delete(ctx, clearing_id, "delete_addresses", _addresses)


@step
def delete_servers(ctx: Context, clearing_id: str) -> Verdict | None:
    """Servers; their volumes are set free."""
    return _delete(ctx, clearing_id, "delete_servers", _server)


@step
def delete_volumes(ctx: Context, clearing_id: str) -> Verdict | None:
    """Volumes."""
    return _delete(ctx, clearing_id, "delete_volumes", _volumes)


@step
def delete_networks(ctx: Context, clearing_id: str) -> Verdict | None:
    """Segments that nothing else is on; one that the cloud says is in use stays, and so does its record."""
    acts = [
        lambda network=network: _network(ctx, clearing_id, network)
        for network in clearing_deletions.networks(ctx, UUID(clearing_id))
    ]
    return in_turn(ctx, clearing_id, NAME, "delete_networks", acts)


@step
def finish_deletion(ctx: Context, clearing_id: str) -> None:
    """Booked out: quota is freed, the close-out lines are owed."""
    clearings.deleted(ctx, UUID(clearing_id))


@step
def stop_deletion(ctx: Context, clearing_id: str, reason: str) -> None:
    """The case decides what follows; what is deleted already is on record as being deleted."""
    clearings.stopped(ctx, UUID(clearing_id), NAME, reason)


def body(steps: Any, clearing_id: str) -> Verdict:
    """Deleted, or stopped where it was."""
    verdict = forward(steps, clearing_id, FORWARD)
    if verdict["outcome"] == "done":
        return verdict
    return told(verdict, steps.stop_deletion(clearing_id, verdict.get("reason", "")))


FORWARD = (
    "look_before", "verify_backup", "delete_addresses", "delete_servers", "delete_volumes", "delete_networks",
    "finish_deletion",
)  # fmt: skip
DELETE_SYSTEM = Saga(
    name=NAME,
    steps=(
        look_before, verify_backup, delete_addresses, delete_servers, delete_volumes, delete_networks,
        finish_deletion, stop_deletion,
    ),
    body=body,
)  # fmt: skip


def _delete(ctx: Context, clearing_id: str, name: str, act: Callable[[Context, UUID, Lot], None]) -> Verdict | None:
    acts = [lambda lot=lot: act(ctx, UUID(clearing_id), lot) for lot in lots(ctx, clearing_id)]
    return in_turn(ctx, clearing_id, NAME, name, acts)


def _addresses(ctx: Context, clearing_id: UUID, lot: Lot) -> None:
    _remove(ctx, clearing_id, lot, ADDRESSES, {each.id: each.backend_id or "" for each in lot.addresses})


def _server(ctx: Context, clearing_id: UUID, lot: Lot) -> None:
    _remove(ctx, clearing_id, lot, SERVERS, {lot.server.id: lot.server.backend_id or ""})


def _volumes(ctx: Context, clearing_id: UUID, lot: Lot) -> None:
    _remove(ctx, clearing_id, lot, VOLUMES, {each.id: each.backend_id or "" for each in lot.volumes})


def _remove(ctx: Context, clearing_id: UUID, lot: Lot, handler: Handler, objects: dict[UUID, str]) -> None:
    if objects:
        clearing_deletions.begin(ctx, clearing_id, list(objects))
        remove_objects(lot.site, handler, objects)


def _network(ctx: Context, clearing_id: str, network: Network) -> None:
    """The cloud has the last word: one that somebody's server by hand is on stays, and so does its record.

    So it is booked out afterwards; whoever dies in between finds it gone, and books it then.
    """
    _, site, _ = resource_site(ctx, network.id)
    try:
        remove_objects(site, NETWORKS, {network.id: network.backend_id or ""})
    except Busy as error:
        log.warning("segment %s stays, for the cloud says that it is in use: %s", network.name, error)
        return
    clearing_deletions.end_network(ctx, UUID(clearing_id), network.id)


def _require_none_runs(lot: Lot) -> None:
    """What is left of it is off; what is gone is gone."""
    fact = insist(lot.site.ctx, lambda: SERVERS.find(lot.site, [lot.server.id])).get(lot.server.id)
    if fact is not None and fact.status is ServerStatus.ACTIVE:
        raise Failed(BY_HAND, name=lot.server.name)
