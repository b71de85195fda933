"""What the services list, as structs of the few fields that matter, and the neutral facts made of them.

The structs are decoded straight from the bytes of a page (10 microseconds a server). Every object of ours carries its
key: servers and volumes in their metadata, everything of Neutron in the description, because a description is written
in the same call that creates the object and a tag is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from cloudctl.domain.addresses import AddressFact
from cloudctl.domain.servers import ServerFact, ServerStatus
from cloudctl.domain.volumes import VolumeFact, VolumeStatus
from cloudctl.providers.openstack.errors import rejected

KEY = "cloudctl_key"
MARK = "cloudctl:"
FAULT_GRACE = timedelta(seconds=15)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that is listed has an id."""

    id: str


class Link(msgspec.Struct, frozen=True):
    """A link beside a page; `next` says that there is more."""

    rel: str = ""


class Described(Entry, frozen=True, kw_only=True):
    """Anything of Neutron."""

    name: str = ""
    description: str | None = None

    @property
    def key(self) -> UUID | None:
        """The key in the description's first word."""
        first, *_ = (self.description or "").split(maxsplit=1) or [""]
        return as_key(first.removeprefix(MARK)) if first.startswith(MARK) else None


class Fault(msgspec.Struct, frozen=True):
    """Why a server is in error."""

    message: str = ""


class Sizes(msgspec.Struct, frozen=True):
    """The flavour as a server's listing shows it."""

    vcpus: int
    ram: int
    disk: int


class FixedAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a server; a floating one says so in its type."""

    addr: str
    type: str = msgspec.field(name="OS-EXT-IPS:type", default="fixed")


class ServerEntry(Entry, frozen=True, kw_only=True):
    """A server in Nova's list (microversion 2.79)."""

    name: str
    status: str
    updated: datetime
    flavor: Sizes
    metadata: dict[str, str] = {}
    addresses: dict[str, list[FixedAddress]] = {}
    fault: Fault | None = None
    task_state: str | None = msgspec.field(name="OS-EXT-STS:task_state", default=None)
    volumes: list[Entry] = msgspec.field(name="os-extended-volumes:volumes_attached", default_factory=list)


class Attachment(msgspec.Struct, frozen=True):
    """Where a volume is attached."""

    server_id: str | None = None


class VolumeEntry(Entry, frozen=True, kw_only=True):
    """A volume in Cinder's list."""

    name: str | None = None
    status: str
    size: int
    metadata: dict[str, str] = {}
    attachments: list[Attachment] = []


class PortDetails(msgspec.Struct, frozen=True):
    """Whose port a floating address points to."""

    device_id: str = ""


class FloatingEntry(Described, frozen=True, kw_only=True):
    """A floating address in Neutron's list."""

    floating_ip_address: str
    port_details: PortDetails | None = None


#: Nova's words; what is not listed here is on its way from one state to another.
SERVER_STATUSES = {
    "ACTIVE": ServerStatus.ACTIVE,
    "BUILD": ServerStatus.BUILDING,
    "DELETED": ServerStatus.DELETING,
    "ERROR": ServerStatus.ERROR,
    "PAUSED": ServerStatus.STOPPED,
    "SHELVED": ServerStatus.STOPPED,
    "SHELVED_OFFLOADED": ServerStatus.STOPPED,
    "SHUTOFF": ServerStatus.STOPPED,
    "SOFT_DELETED": ServerStatus.DELETING,
    "SUSPENDED": ServerStatus.STOPPED,
    "VERIFY_RESIZE": ServerStatus.RESIZED,
}

#: Cinder's words; what is not listed and does not begin with `error` is on its way.
VOLUME_STATUSES = {
    "available": VolumeStatus.AVAILABLE,
    "creating": VolumeStatus.BUILDING,
    "deleting": VolumeStatus.DELETING,
    "downloading": VolumeStatus.BUILDING,
    "in-use": VolumeStatus.IN_USE,
}


def as_key(text: str | None) -> UUID | None:
    """The key in a piece of metadata; None for anything that is not one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def require_ownerless(metadata: Mapping[str, str], backend_id: str) -> None:
    """Raises Rejected for what carries a key of ours already: it is somebody's."""
    if metadata.get(KEY):
        raise rejected(f"{backend_id} carries the key {metadata[KEY]}")


def server_status(entry: ServerEntry, now: datetime) -> ServerStatus:
    """A server's status. While a task runs, Nova's status may still be the old one, so it counts as changing.

    Nova may also say ERROR a moment before it tells why: within FAULT_GRACE such a server is still changing, so that
    nobody decides without the reason.
    """
    status = SERVER_STATUSES.get(entry.status, ServerStatus.CHANGING)
    if entry.task_state == "deleting" or status is ServerStatus.DELETING:
        return ServerStatus.DELETING
    if status is ServerStatus.ERROR:
        fresh = entry.fault is None and abs(now - entry.updated) < FAULT_GRACE
        return ServerStatus.CHANGING if fresh else status
    if entry.task_state and status is not ServerStatus.BUILDING:
        return ServerStatus.CHANGING
    return status


def server_fact(entry: ServerEntry, now: datetime) -> ServerFact:
    """A server as the core sees it: its fixed addresses, IPv4 first; floating ones are objects of their own."""
    fixed = [a.addr for port in entry.addresses.values() for a in port if a.type == "fixed"]
    return ServerFact(
        key=as_key(entry.metadata.get(KEY)),
        backend_id=entry.id,
        name=entry.name,
        status=server_status(entry, now),
        vcpu=entry.flavor.vcpus,
        memory_mib=entry.flavor.ram,
        addresses=tuple(sorted(fixed, key=lambda address: ":" in address)),
        volumes=tuple(volume.id for volume in entry.volumes),
        fault=entry.fault.message if entry.fault else None,
    )


def volume_status(word: str) -> VolumeStatus:
    """A volume's status."""
    if word.startswith("error"):
        return VolumeStatus.ERROR
    return VOLUME_STATUSES.get(word, VolumeStatus.CHANGING)


def volume_fact(entry: VolumeEntry) -> VolumeFact:
    """A volume as the core sees it."""
    return VolumeFact(
        key=as_key(entry.metadata.get(KEY)),
        backend_id=entry.id,
        name=entry.name or "",
        status=volume_status(entry.status),
        size_gib=entry.size,
        server=next((attachment.server_id for attachment in entry.attachments if attachment.server_id), None),
    )


def address_fact(entry: FloatingEntry) -> AddressFact:
    """A floating address as the core sees it."""
    server = entry.port_details.device_id if entry.port_details else None
    return AddressFact(key=entry.key, backend_id=entry.id, address=entry.floating_ip_address, server=server or None)


class Keyed(Protocol):
    """Any fact."""

    @property
    def key(self) -> UUID | None: ...


F = TypeVar("F", bound=Keyed)


def by_key(facts: Iterable[F], keys: Collection[UUID] | None) -> dict[UUID, F]:
    """Facts by key: those asked for, or all that have one. Of two with one key, one that is not on its way out."""
    wanted = None if keys is None else frozenset(keys)
    found: dict[UUID, F] = {}
    for fact in facts:
        if fact.key is None or (wanted is not None and fact.key not in wanted):
            continue
        held = found.get(fact.key)
        if held is None or getattr(held, "status", None) in (ServerStatus.DELETING, VolumeStatus.DELETING):
            found[fact.key] = fact
    return found
