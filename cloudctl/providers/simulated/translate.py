"""From the simulated cloud's words to the platform's: states, facts, errors. Names get a label that people see."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from cloudctl.domain.addresses import AddressFact
from cloudctl.domain.errors import Absent, BackendError, Busy, CapacityExhausted, Failed, Rejected, Unreachable
from cloudctl.domain.exports import ExportFact, ExportStatus
from cloudctl.domain.networks import NetworkFact
from cloudctl.domain.servers import ServerFact, ServerStatus
from cloudctl.domain.volumes import VolumeFact, VolumeStatus
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.cloud import READS, SimulatedCloud
from cloudctl.providers.simulated.backend.networks import is_ready
from cloudctl.providers.simulated.backend.objects import Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal

LABEL = "sim-"

SERVER_STATES = {
    Status.BUILD: ServerStatus.BUILDING,
    Status.ACTIVE: ServerStatus.ACTIVE,
    Status.SHUTOFF: ServerStatus.STOPPED,
    Status.POWERING_ON: ServerStatus.CHANGING,
    Status.POWERING_OFF: ServerStatus.CHANGING,
    Status.RESIZE: ServerStatus.CHANGING,
    Status.CONFIRMING: ServerStatus.CHANGING,
    Status.VERIFY_RESIZE: ServerStatus.RESIZED,
    Status.DELETING: ServerStatus.DELETING,
    Status.ERROR: ServerStatus.ERROR,
}

VOLUME_STATES = {
    Status.BUILD: VolumeStatus.BUILDING,
    Status.AVAILABLE: VolumeStatus.AVAILABLE,
    Status.IN_USE: VolumeStatus.IN_USE,
    Status.ATTACHING: VolumeStatus.CHANGING,
    Status.DETACHING: VolumeStatus.CHANGING,
    Status.EXTENDING: VolumeStatus.CHANGING,
    Status.DELETING: VolumeStatus.DELETING,
    Status.ERROR: VolumeStatus.ERROR,
}

EXPORT_STATES = {
    Status.BUILD: ExportStatus.BUILDING,
    Status.ACTIVE: ExportStatus.READY,
    Status.DELETING: ExportStatus.BUILDING,
    Status.ERROR: ExportStatus.ERROR,
}

ERRORS: dict[Reason, tuple[type[BackendError], str]] = {
    Reason.ABSENT: (Absent, "The simulated cloud {cloud} does not have this: {words}."),
    Reason.BUSY: (Busy, "The simulated cloud {cloud} is busy: {words}."),
    Reason.SERVER_ERROR: (Busy, "The simulated cloud {cloud} is busy: {words}."),
    Reason.INVALID: (Rejected, "The simulated cloud {cloud} refuses this: {words}."),
    Reason.QUOTA: (Rejected, "The simulated cloud {cloud} refuses this: {words}."),
    Reason.NO_CAPACITY: (CapacityExhausted, "The simulated cloud {cloud} has no room: {words}."),
    Reason.BROKEN: (Failed, "An object of the simulated cloud {cloud} is in error: {words}."),
}
NO_ANSWER = "The simulated cloud {cloud} gave no answer: {words}."


@contextmanager
def asked(
    cloud: SimulatedCloud,
    operation: str,
    *,
    keys: Collection[UUID] = (),
    name: str = "",
    backend_id: str | None = None,
) -> Iterator[Call]:
    """A call of the cloud whose refusals come out as BackendError."""
    try:
        with cloud.call(operation, keys=keys, name=name, backend_id=backend_id) as call:
            yield call
    except Refusal as refusal:
        raise error(cloud.settings.code, operation, refusal) from refusal
    except sqlite3.Error as broken:
        raise _no_answer(cloud.settings.code, operation, str(broken)) from broken


def error(cloud: str, operation: str, refusal: Refusal) -> BackendError:
    """The platform's error for a refusal; what was asked before any effect may be asked again."""
    if refusal.reason is Reason.LOST:
        return _no_answer(cloud, operation, refusal.words)
    kind, message = ERRORS[refusal.reason]
    return kind(message, retry_after_s=refusal.retry_after_s, cloud=cloud, operation=operation, words=refusal.words)


def _no_answer(cloud: str, operation: str, words: str) -> Unreachable:
    writes = operation.rpartition(".")[2] not in READS
    return Unreachable(NO_ANSWER, effect_unknown=writes, cloud=cloud, operation=operation, words=words)


def key_of(thing: Thing) -> UUID | None:
    """The platform's key, if the thing carries one."""
    return None if thing.key is None else UUID(thing.key)


def network_fact(thing: Thing) -> NetworkFact:
    """A network as a client sees it."""
    return NetworkFact(
        key=key_of(thing),
        backend_id=thing.id,
        name=LABEL + thing.name,
        ready=is_ready(thing),
        cidrs=tuple(thing.state["cidrs"]),
        fault=thing.state.get("fault"),
    )


def volume_fact(thing: Thing) -> VolumeFact:
    """A volume as a client sees it: attached once that is done."""
    return VolumeFact(
        key=key_of(thing),
        backend_id=thing.id,
        name=LABEL + thing.name,
        status=VOLUME_STATES[thing.status],
        size_gib=thing.state["size_gib"],
        server=None if thing.status is Status.ATTACHING else thing.state["server"],
    )


def server_fact(thing: Thing, volumes: Collection[str] = ()) -> ServerFact:
    """A server as a client sees it: its addresses show when it is built."""
    return ServerFact(
        key=key_of(thing),
        backend_id=thing.id,
        name=LABEL + thing.name,
        status=SERVER_STATES[thing.status],
        vcpu=thing.state["vcpu"],
        memory_mib=thing.state["memory_mib"],
        addresses=() if thing.status is Status.BUILD else tuple(thing.state["fixed"]),
        volumes=tuple(volumes),
        fault=thing.state.get("fault"),
    )


def address_fact(thing: Thing) -> AddressFact:
    """A floating address as a client sees it."""
    return AddressFact(
        key=key_of(thing), backend_id=thing.id, address=thing.state["address"], server=thing.state["server"]
    )


def export_fact(thing: Thing) -> ExportFact:
    """An export as a client sees it; only what carries a key is one."""
    size = len(thing.state.get("bytes", "")) // 4 * 3 - thing.state.get("bytes", "").count("=")
    return ExportFact(
        key=UUID(thing.key or ""),
        backend_id=thing.id,
        status=EXPORT_STATES[thing.status],
        format=thing.state.get("format", "raw"),
        size_bytes=size if thing.status is Status.ACTIVE else None,
        fault=thing.state.get("fault"),
    )
