"""restore_drift: puts an object that was changed past the platform back to what our record says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Failed
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import drift
from cloudctl.services.deliveries import platform_request
from cloudctl.workflows import changing, reaching
from cloudctl.workflows.attempts import step
from cloudctl.workflows.objects import VOLUMES, Site
from cloudctl.workflows.restore_resource import attach, resource_site, start


@step
def put_back(ctx: Context, finding_id: str) -> None:
    """Each thing that is otherwise, sizes first and power last, until the cloud shows it as the record has it."""
    found = drift.get(ctx, platform_request(finding_id), UUID(finding_id))
    assert found.resource_id is not None
    resource, site, belongings = resource_site(ctx, found.resource_id)
    fields = frozenset(found.facts["fields"])
    match resource:
        case Server():
            _server(site, resource, fields)
        case Volume():
            _volume(site, resource, fields, belongings)
        case Address() if belongings:
            reaching.aim(site, resource, belongings[0])


@step
def finish_drift(ctx: Context, finding_id: str) -> None:
    """On record as restored."""
    drift.finish(ctx, UUID(finding_id))


@step
def give_drift_up(ctx: Context, finding_id: str, reason: str) -> None:
    """The finding is open again, with the cloud's words."""
    drift.give_up(ctx, UUID(finding_id), reason)


def body(steps: Any, finding_id: str) -> Verdict:
    """Put back, then book it; or the finding is open again."""
    return decided(steps, finding_id, steps.put_back(finding_id))


def decided(steps: Any, finding_id: str, verdict: Verdict) -> Verdict:
    """What follows from the verdict of the cloud's part."""
    ended: Verdict
    if verdict["outcome"] == "done":
        ended = steps.finish_drift(finding_id)
    else:
        ended = steps.give_drift_up(finding_id, verdict.get("reason", ""))
    if ended["outcome"] != "done":  # nothing was put on record: the workflow ends in error, and `resume` goes on
        raise RuntimeError(f"{ended.get('step')}: {ended.get('reason')}")
    return verdict


RESTORE_DRIFT = Saga(name="restore_drift", steps=(put_back, finish_drift, give_drift_up), body=body)


def _server(site: Site, server: Server, fields: Collection[str]) -> None:
    if {"vcpu", "memory_mib", "disk_gib"} & set(fields):
        changing.resize(site, server, server)
    if "networks" in fields:
        _rejoin(site, server)
    if "power" in fields:
        changing.switch_off(site, server) if server.power == "off" else start(site, server)


def _rejoin(site: Site, server: Server) -> None:
    """Back onto the networks that it was cut off from; another one cannot be taken from it, or given to it."""
    if Capability.ISOLATE in site.provider.capabilities:
        reaching.take_back(site, server)
    network = resource_site(site.ctx, server.network_id)[0].backend_id if server.network_id else None
    shown = site.provider.inventory.look(ObjectKind.SERVER, [server.backend_id or ""])
    if not shown or shown[0].networks != (network,):
        raise Failed(
            "{name} cannot be moved between networks from here: have it moved in the cloud, or accept it.",
            name=server.name,
        )


def _volume(site: Site, volume: Volume, fields: Collection[str], belongings: Sequence[Resource]) -> None:
    if "disk_gib" in fields:
        changing.extend(site, volume, volume.size_gib)
    if "server" in fields:
        fact = VOLUMES.find(site, [volume.id]).get(volume.id)
        home = belongings[0].backend_id if belongings else None
        if fact is not None and fact.server not in {None, home}:
            changing.detach(site, volume.id)
        if belongings:
            attach(site, belongings[0], volume)
