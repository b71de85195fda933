"""What the services list over all projects, as structs of what the inventory takes of it, and the neutral shape.

Decoding a page costs 10 to 20 microseconds an object; whatever is not named here is skipped unread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import msgspec

from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.providers.openstack.translate import (
    KEY,
    Described,
    Entry,
    FixedAddress,
    PortDetails,
    Sizes,
    as_key,
)

SNAPSHOT = "snapshot"
ROOT_DEVICES = frozenset({"/dev/vda", "/dev/sda", "/dev/xvda", "/dev/hda"})


class ListedServer(Entry, frozen=True, kw_only=True, gc=False):
    """A server in Nova's list over all projects (microversion 2.79)."""

    name: str
    status: str
    tenant_id: str
    flavor: Sizes
    image: Entry | str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    addresses: dict[str, list[FixedAddress]] = msgspec.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    zone: str | None = msgspec.field(name="OS-EXT-AZ:availability_zone", default=None)
    host: str | None = msgspec.field(name="OS-EXT-SRV-ATTR:host", default=None)


class ListedAttachment(msgspec.Struct, frozen=True, gc=False):
    """Where a volume is attached, and as which device."""

    server_id: str | None = None
    device: str | None = None


class ListedVolume(Entry, frozen=True, kw_only=True, gc=False):
    """A volume in Cinder's list over all projects."""

    name: str | None = None
    status: str
    size: int
    availability_zone: str | None = None
    created_at: datetime | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    attachments: tuple[ListedAttachment, ...] = ()
    bootable: str = "false"
    tenant: str | None = msgspec.field(name="os-vol-tenant-attr:tenant_id", default=None)


class ListedSnapshot(Entry, frozen=True, kw_only=True, gc=False):
    """A snapshot of a volume in Cinder's list over all projects."""

    name: str | None = None
    status: str
    size: int
    volume_id: str
    created_at: datetime | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    tenant: str | None = msgspec.field(name="os-extended-snapshot-attributes:project_id", default=None)


class ListedImage(Entry, frozen=True, kw_only=True, gc=False):
    """An image in Glance's list; one that was made of a server says so."""

    name: str | None = None
    status: str
    owner: str | None = None
    image_type: str | None = None
    instance_uuid: str | None = None
    min_disk: int = 0
    created_at: datetime | None = None
    tags: tuple[str, ...] = ()
    key: str | None = msgspec.field(name=KEY, default=None)


class ListedNetwork(Described, frozen=True, kw_only=True, gc=False):
    """A network in Neutron's list; `subnets` are ids."""

    status: str
    project_id: str | None = None
    subnets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None


class ListedSubnet(Entry, frozen=True, kw_only=True, gc=False):
    """A subnet in Neutron's list."""

    cidr: str


class ListedPort(Entry, frozen=True, kw_only=True, gc=False):
    """Which device is on which network."""

    device_id: str = ""
    network_id: str


class ListedAddress(Described, frozen=True, kw_only=True, gc=False):
    """A floating address in Neutron's list."""

    floating_ip_address: str
    floating_network_id: str
    project_id: str | None = None
    status: str | None = None
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    port_details: PortDetails | None = None


#: Nova's, Cinder's, Glance's and Neutron's words; what is not listed is in use in one way or another.
STATUSES = {
    "BUILD": ObjectStatus.BUILDING,
    "DELETED": ObjectStatus.DELETING,
    "ERROR": ObjectStatus.ERROR,
    "PAUSED": ObjectStatus.STOPPED,
    "SHELVED": ObjectStatus.STOPPED,
    "SHELVED_OFFLOADED": ObjectStatus.STOPPED,
    "SHUTOFF": ObjectStatus.STOPPED,
    "SOFT_DELETED": ObjectStatus.DELETING,
    "SUSPENDED": ObjectStatus.STOPPED,
    "UNKNOWN": ObjectStatus.UNKNOWN,
    "creating": ObjectStatus.BUILDING,
    "downloading": ObjectStatus.BUILDING,
    "deleting": ObjectStatus.DELETING,
    "deleted": ObjectStatus.DELETING,
    "killed": ObjectStatus.ERROR,
    "pending_delete": ObjectStatus.DELETING,
    "queued": ObjectStatus.BUILDING,
    "saving": ObjectStatus.BUILDING,
    "importing": ObjectStatus.BUILDING,
    "uploading": ObjectStatus.BUILDING,
    "deactivated": ObjectStatus.STOPPED,
}
NO_PROJECTS: Mapping[str, str] = {}


def status_of(word: str | None) -> ObjectStatus:
    """The neutral status for a service's word."""
    if word is not None and word.startswith("error"):
        return ObjectStatus.ERROR
    return STATUSES.get(word or "", ObjectStatus.ACTIVE)


def server_object(entry: ListedServer, projects: Mapping[str, str], networks: Collection[str]) -> CloudObject:
    """A server; `networks` are those that its ports are on."""
    image = entry.image.id if isinstance(entry.image, Entry) else None
    fixed = (address.addr for port in entry.addresses.values() for address in port if address.type == "fixed")
    return CloudObject(
        kind=ObjectKind.SERVER,
        native_id=entry.id,
        name=entry.name,
        key=as_key(entry.metadata.get(KEY)),
        tenant=entry.tenant_id,
        tenant_name=projects.get(entry.tenant_id),
        zone=entry.zone or None,
        status=status_of(entry.status),
        vcpu=entry.flavor.vcpus,
        memory_mib=entry.flavor.ram,
        disk_gib=entry.flavor.disk,
        host=entry.host,
        image=image,
        addresses=tuple(sorted(fixed)),
        networks=tuple(sorted(networks)),
        tags=_tags(entry.tags, entry.metadata),
        created_at=_utc(entry.created),
    )


def volume_object(entry: ListedVolume, projects: Mapping[str, str]) -> CloudObject:
    """A volume, with the server that it is attached to; one that this server boots from has the tag `root`."""
    attached = next((attachment for attachment in entry.attachments if attachment.server_id), None)
    boots = entry.bootable == "true" and attached is not None and attached.device in ROOT_DEVICES
    return CloudObject(
        kind=ObjectKind.VOLUME,
        native_id=entry.id,
        name=entry.name or "",
        key=as_key(entry.metadata.get(KEY)),
        tenant=entry.tenant,
        tenant_name=projects.get(entry.tenant or ""),
        zone=entry.availability_zone,
        status=status_of(entry.status),
        disk_gib=entry.size,
        server=attached.server_id if attached else None,
        tags=_tags(("root",) if boots else (), entry.metadata),
        created_at=_utc(entry.created_at),
    )


def snapshot_object(entry: ListedSnapshot, projects: Mapping[str, str]) -> CloudObject:
    """A snapshot of a volume."""
    return CloudObject(
        kind=ObjectKind.SNAPSHOT,
        native_id=entry.id,
        name=entry.name or "",
        key=as_key(entry.metadata.get(KEY)),
        tenant=entry.tenant,
        tenant_name=projects.get(entry.tenant or ""),
        status=status_of(entry.status),
        disk_gib=entry.size,
        volume=entry.volume_id,
        tags=_tags((), entry.metadata),
        created_at=_utc(entry.created_at),
    )


def image_object(entry: ListedImage, projects: Mapping[str, str]) -> CloudObject:
    """An image; one that was made of a server is that server's snapshot."""
    of_server = entry.image_type == SNAPSHOT
    return CloudObject(
        kind=ObjectKind.SNAPSHOT if of_server else ObjectKind.IMAGE,
        native_id=entry.id,
        name=entry.name or "",
        key=as_key(entry.key),
        tenant=entry.owner,
        tenant_name=projects.get(entry.owner or ""),
        status=status_of(entry.status),
        disk_gib=entry.min_disk or None,
        server=entry.instance_uuid if of_server else None,
        tags=tuple(sorted(entry.tags)),
        created_at=_utc(entry.created_at),
    )


def network_object(entry: ListedNetwork, projects: Mapping[str, str], cidrs: Mapping[str, str]) -> CloudObject:
    """A network; its subnets' prefixes are its addresses."""
    return CloudObject(
        kind=ObjectKind.NETWORK,
        native_id=entry.id,
        name=entry.name,
        key=entry.key,
        tenant=entry.project_id or None,
        tenant_name=projects.get(entry.project_id or ""),
        status=status_of(entry.status),
        addresses=tuple(sorted(cidrs[subnet] for subnet in entry.subnets if subnet in cidrs)),
        tags=tuple(sorted(entry.tags)),
        created_at=_utc(entry.created_at),
    )


def address_object(entry: ListedAddress, projects: Mapping[str, str]) -> CloudObject:
    """A floating address, with the server that it points to."""
    server = entry.port_details.device_id if entry.port_details else None
    return CloudObject(
        kind=ObjectKind.ADDRESS,
        native_id=entry.id,
        name=entry.floating_ip_address,
        key=entry.key,
        tenant=entry.project_id or None,
        tenant_name=projects.get(entry.project_id or ""),
        status=status_of(entry.status),
        addresses=(entry.floating_ip_address,),
        networks=(entry.floating_network_id,),
        server=server or None,
        tags=tuple(sorted(entry.tags)),
        created_at=_utc(entry.created_at),
    )


def _tags(tags: Collection[str], metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Tags and metadata as tags; our key is told apart from them."""
    if not tags and not metadata:
        return ()
    return tuple(sorted((*tags, *(f"{name}={value}" for name, value in metadata.items() if name != KEY))))


def _utc(moment: datetime | None) -> datetime | None:
    """Cinder writes its times without a zone, and means UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
