"""Exports of the simulated cloud: a few thousand bytes that follow from the disk, or those that were put in."""

from __future__ import annotations

import random
from base64 import b64decode, b64encode

from cloudctl.domain.exports import ExportRequest, ImportRequest
from cloudctl.providers.simulated.backend.calls import Call, refuse_unless
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal
from cloudctl.providers.simulated.backend.servers import SETTLED

DISK_BYTES = 8192


def take(call: Call, request: ExportRequest) -> Thing:
    """Begins a copy of a settled server's root disk, or of a volume; one that has begun is answered."""
    earlier = call.things(Kind.IMAGE, request.tenant, [request.key])
    if earlier:
        return earlier[0]
    if request.volume is not None:
        source = call.get(Kind.VOLUME, request.tenant, request.volume)
        refuse_unless(source, Status.AVAILABLE, Status.IN_USE)
    else:
        source = call.get(Kind.SERVER, request.tenant, request.server or "")
        refuse_unless(source, *SETTLED)
    state = {
        "status": Status.BUILD,
        "server": source.id if request.volume is None else None,
        "format": "raw",
        "bytes": b64encode(_disk(source.id)).decode(),
    }
    return call.add(
        Kind.IMAGE, key=request.key, tenant=request.tenant, name=request.name, state=state,
        then={"status": Status.ACTIVE},
    )  # fmt: skip


def read(call: Call, tenant: str, export: str) -> bytes:
    """The bytes of one that is ready."""
    thing = call.get(Kind.IMAGE, tenant, export)
    refuse_unless(thing, Status.ACTIVE)
    return b64decode(thing.state["bytes"])


def put(call: Call, request: ImportRequest, content: bytes) -> Thing:
    """Takes bytes in; as many as were announced."""
    if len(content) != request.size_bytes:
        raise Refusal(Reason.INVALID, f"{len(content)} bytes came, {request.size_bytes} were announced")
    state = {
        "status": Status.ACTIVE, "server": None, "format": request.format, "bytes": b64encode(content).decode(),
    }  # fmt: skip
    return call.add(Kind.IMAGE, key=request.key, tenant=request.tenant, name=request.name, state=state)


def drop(call: Call, tenant: str, key: str) -> None:
    """Removes all with the key at once."""
    for thing in call.things(Kind.IMAGE, tenant):
        if thing.key == key:
            call.remove(thing, at_once=True)


def require(call: Call, tenant: str, export: str) -> None:
    """Refuses to build of an export that is not there, or not whole."""
    refuse_unless(call.get(Kind.IMAGE, tenant, export), Status.ACTIVE)


def _disk(source: str) -> bytes:
    """What is on a disk: always the same bytes for one object."""
    return random.Random(f"disk/{source}").randbytes(DISK_BYTES)  # noqa: S311 - they stand for data
