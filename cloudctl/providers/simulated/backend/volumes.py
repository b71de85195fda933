"""Volumes of the simulated cloud."""

from __future__ import annotations

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.simulated.backend.calls import Call, refuse_unless
from cloudctl.providers.simulated.backend.limits import admit
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal


def create(call: Call, request: VolumeRequest) -> Thing:
    """Starts making a volume."""
    types = call.settings.volume_types
    if types is not None and request.volume_type is not None and request.volume_type not in types:
        raise Refusal(Reason.INVALID, f"no volume type {request.volume_type}")
    admit(call, request.tenant, Demand({Dimension.VOLUME_GIB: request.size_gib}))
    return call.add(
        Kind.VOLUME,
        key=request.key,
        tenant=request.tenant,
        name=request.name,
        state={"status": Status.BUILD, "size_gib": request.size_gib, "server": None, "type": request.volume_type},
        then={"status": Status.AVAILABLE},
        volume_gib=request.size_gib,
    )


def add_attached(call: Call, request: VolumeRequest, server: Thing, *, keyed: bool) -> Thing:
    """Puts a volume that a server already has into the file, unchecked."""
    state = {"status": Status.IN_USE, "size_gib": request.size_gib, "server": server.id, "type": request.volume_type}
    return call.add(
        Kind.VOLUME,
        key=request.key if keyed else None,
        tenant=request.tenant,
        name=request.name,
        state=state,
        volume_gib=request.size_gib,
    )


def extend(call: Call, tenant: str, volume: str, size_gib: int) -> None:
    """Starts growing a volume; it shows its old size until that is done."""
    thing = call.get(Kind.VOLUME, tenant, volume)
    if size_gib == thing.volume_gib and thing.status is not Status.ERROR:
        return
    refuse_unless(thing, Status.AVAILABLE, Status.IN_USE)
    if size_gib < thing.volume_gib:
        raise Refusal(Reason.INVALID, f"volume {thing.name} cannot shrink to {size_gib} GiB")
    admit(call, tenant, Demand({Dimension.VOLUME_GIB: size_gib - thing.volume_gib}))
    after = {"status": thing.status, "size_gib": size_gib}
    thing.volume_gib = size_gib
    thing.state["status"] = Status.EXTENDING
    call.save(thing, then=after)


def delete(call: Call, tenant: str, volume: str) -> None:
    """Starts deleting a volume that no server has."""
    thing = call.look(Kind.VOLUME, tenant, volume)
    if thing is None or thing.status is Status.DELETING:
        return
    if thing.state["server"] is not None or thing.status is not Status.ERROR:
        refuse_unless(thing, Status.AVAILABLE)
    call.remove(thing)


def attached(call: Call, tenant: str) -> dict[str, list[str]]:
    """The ids of volumes by the id of the server that has them."""
    found: dict[str, list[str]] = {}
    for volume in call.things(Kind.VOLUME, tenant):
        if volume.state["server"] is not None and volume.status is not Status.ATTACHING:
            found.setdefault(volume.state["server"], []).append(volume.id)
    return found
