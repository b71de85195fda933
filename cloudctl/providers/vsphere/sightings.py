"""What a vCenter's objects are in the neutral words of the inventory: pure, from values that `soap` has read.

A machine is a server, an image (a template) or the holder of a volume; its disks beyond the first are volumes, its
snapshots are snapshots. A disk that a holder of ours speaks for is that volume and is not told a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.providers.vsphere.machines import (
    ADDRESSES,
    DISK,
    GOAL,
    KEY,
    KIB_PER_GIB,
    KIND,
    NAME,
    PREFIX,
    Goal,
    Held,
    as_key,
    promised_uuid,
)
from cloudctl.providers.vsphere.soap import Value, kind_of, rows, text

T = TypeVar("T")

#: What is read of a server alone.
SERVER = (
    "name",
    "parent",
    "config.instanceUuid",
    "config.template",
    "config.createDate",
    "summary.config.numCpu",
    "summary.config.memorySizeMB",
    "runtime.powerState",
    "runtime.connectionState",
    "runtime.host",
    "guest.net",
    "customValue",
)
#: What tells that a machine's configuration changed.
MARK = ("config.changeVersion", "config.modified")
#: What is read of every machine at every full count.
LIGHT = (*SERVER, *MARK, "snapshot.rootSnapshotList")
#: What is large, and changes only with the machine's mark.
DEEP = ("config.hardware.device", "config.extraConfig")
#: Where the devices are not asked for.
SHALLOW = (*SERVER, "network")

BUILDING, DELETING = frozenset({"build"}), frozenset({"delete"})
OURS = "cloudctl:"
HIGHEST_VLAN = 4094
DISK_DEVICE = "VirtualDisk"
CARDS = frozenset(
    {
        "VirtualVmxnet3",
        "VirtualE1000",
        "VirtualE1000e",
        "VirtualPCNet32",
        "VirtualVmxnet",
        "VirtualVmxnet2",
        "VirtualSriovEthernetCard",
    }
)
UNWELL = {"orphaned": ObjectStatus.ERROR, "invalid": ObjectStatus.ERROR, "inaccessible": ObjectStatus.ERROR}


class Places(msgspec.Struct, frozen=True):
    """What machines refer to: folders with their paths, hosts with names and clusters, custom fields, the trash.

    All by their ids; `key_field` is the field with our key. `tags` are the machines' own, by the machine's id.
    """

    folders: Mapping[str, str]
    hosts: Mapping[str, tuple[str, str | None]]
    key_field: str
    fields: Mapping[str, str]
    trash: frozenset[str]
    tags: Mapping[str, tuple[str, ...]] = {}

    def has(self, values: Mapping[str, Value]) -> bool:
        """Whether a machine's folder and host are known."""
        folder, host = values.get("parent"), values.get("runtime.host")
        return (not folder or folder in self.folders) and (not host or host in self.hosts)


NOWHERE = Places({}, {}, "", {}, frozenset())


class FoundDisk(msgspec.Struct, frozen=True, gc=False):
    """A disk of a machine."""

    path: str
    size_gib: int
    uuid: str


class Depth(msgspec.Struct, frozen=True):
    """What is known of a machine's configuration as long as its mark stays: its disks, networks and our notes."""

    mark: str = ""
    disks: tuple[FoundDisk, ...] = ()
    networks: tuple[str, ...] = ()
    notes: Mapping[str, str] = {}

    @property
    def held(self) -> Held | None:
        """Of a holder: what it holds."""
        return _decoded(self.notes.get(DISK), Held) if self.notes.get(KIND) == "volume" else None


def mark_of(values: Mapping[str, Value]) -> str:
    """What changes with every change of a machine's configuration."""
    return f"{values.get('config.changeVersion', '')} {values.get('config.modified', '')}"


def depth_of(mark: str, values: Mapping[str, Value]) -> Depth:
    """The large part of a machine's values, reduced."""
    disks, networks = [], set()
    for device in rows(values.get("config.hardware.device")):
        kind = kind_of(device)
        if kind == DISK_DEVICE:
            size_gib = -(-int(text(device, "capacityInKB") or 0) // KIB_PER_GIB)
            disks.append(FoundDisk(text(device, "backing", "fileName"), size_gib, text(device, "backing", "uuid")))
        elif kind in CARDS and "true" in {
            text(device, "connectable", "connected"),
            text(device, "connectable", "startConnected"),
        }:
            networks.add(text(device, "backing", "port", "portgroupKey") or text(device, "backing", "network"))
    notes = {
        key: text(option, "value")
        for option in rows(values.get("config.extraConfig"))
        if (key := text(option, "key")).startswith(PREFIX)
    }
    return Depth(mark, tuple(disks), tuple(sorted(networks - {""})), notes)


def in_trash(values: Mapping[str, Value], places: Places) -> bool:
    """Whether the machine waits in our trash: then it is deleted, and no part of the inventory."""
    return values.get("parent") in places.trash


def of_machine(moid: str, values: Mapping[str, Value], depth: Depth, places: Places) -> Iterator[CloudObject]:
    """A machine, and what it has; other machines' volumes among its disks are still in it."""
    uuid = str(values.get("config.instanceUuid") or moid)
    parent = str(values.get("parent", ""))
    host, zone = places.hosts.get(str(values.get("runtime.host", "")), (None, None))
    fields = {text(row, "key"): text(row, "value") for row in rows(values.get("customValue"))}
    notes = depth.notes
    key = as_key(notes[KEY] if KEY in notes else fields.get(places.key_field))
    tenant, tenant_name = parent or None, places.folders.get(parent)
    name = notes.get(NAME) or str(values.get("name", ""))
    created_at = _moment(values.get("config.createDate"))
    held = depth.held
    if notes.get(KIND) == "volume":
        size_gib = held.size_gib if held is not None else None  # a note is there once a server has had it
        yield CloudObject(
            kind=ObjectKind.VOLUME,
            native_id=uuid,
            name=name,
            key=key,
            tenant=tenant,
            tenant_name=tenant_name,
            zone=zone,
            status=_status(values, notes, ObjectStatus.ACTIVE),
            disk_gib=depth.disks[0].size_gib if depth.disks else size_gib,
            server=held.server if held is not None else None,
            created_at=created_at,
        )
        return
    is_image = values.get("config.template") == "true"
    yield CloudObject(
        kind=ObjectKind.IMAGE if is_image else ObjectKind.SERVER,
        native_id=uuid,
        name=name,
        key=key,
        tenant=tenant,
        tenant_name=tenant_name,
        zone=zone,
        status=ObjectStatus.ACTIVE if is_image else _status(values, notes, None),
        vcpu=_number(values.get("summary.config.numCpu")),
        memory_mib=_number(values.get("summary.config.memorySizeMB")),
        disk_gib=depth.disks[0].size_gib if depth.disks else None,
        host=None if is_image else host,
        addresses=_addresses(values, notes),
        networks=depth.networks or _shallow(values),
        tags=_tags(moid, fields, places),
        created_at=created_at,
    )
    for snapshot in _snapshots(rows(values.get("snapshot.rootSnapshotList"))):
        # Ours carries its key in its description, and is called by an id that was known before it was made.
        ours = as_key(text(snapshot, "description").removeprefix(OURS))
        yield CloudObject(
            kind=ObjectKind.SNAPSHOT,
            native_id=promised_uuid(ours) if ours else text(snapshot, "snapshot"),
            name=text(snapshot, "name"),
            key=ours,
            tenant=tenant,
            tenant_name=tenant_name,
            zone=zone,
            status=ObjectStatus.ACTIVE,
            server=uuid,
            created_at=_moment(text(snapshot, "createTime")),
        )


def volumes_of(server: CloudObject, depth: Depth, held_paths: frozenset[str] | set[str]) -> Iterator[CloudObject]:
    """The disks of a server beyond its first that no holder speaks for."""
    for disk in depth.disks[1:]:
        if disk.path not in held_paths:
            yield CloudObject(
                kind=ObjectKind.VOLUME,
                native_id=disk.uuid or f"{server.native_id}/{disk.path}",
                name=disk.path,
                tenant=server.tenant,
                tenant_name=server.tenant_name,
                zone=server.zone,
                status=ObjectStatus.ACTIVE,
                disk_gib=disk.size_gib,
                server=server.native_id,
            )


def of_network(moid: str, values: Mapping[str, Value], places: Places) -> CloudObject | None:
    """A portgroup or a standard network; None for a switch's own uplinks."""
    tags = {text(row, "key") for row in rows(values.get("tag"))}
    if values.get("config.uplink") == "true" or "SYSTEM/DVS.UPLINKPG" in tags:
        return None
    words = str(values.get("config.description", "")).split()
    ours = bool(words) and words[0].startswith(OURS)
    tenant = words[2] if ours and len(words) > 2 else None
    return CloudObject(
        kind=ObjectKind.NETWORK,
        native_id=moid,
        name=str(values.get("name", "")),
        key=as_key(words[0].partition(":")[2]) if ours else None,
        tenant=tenant,
        tenant_name=places.folders.get(tenant or ""),
        status=ObjectStatus.ACTIVE,
        addresses=tuple(sorted(words[3:])) if ours else (),
        vlans=tuple(sorted(tagged(_ranges(values.get("config.defaultPortConfig"))))),
    )


def tagged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of VLANs, first and last; untagged and a trunk of all of them count as none: they take nobody's."""
    for first, last in ranges:
        if last > 0 and first <= HIGHEST_VLAN and not (first <= 1 and last >= HIGHEST_VLAN):
            yield max(first, 1), min(last, HIGHEST_VLAN)


def _ranges(setting: Value | None) -> Iterator[tuple[int, int]]:
    """A portgroup's VLAN, or those of its trunk."""
    for vlan in rows(setting, "vlan"):
        for which in rows(vlan, "vlanId"):
            if len(which):
                yield int(text(which, "start")), int(text(which, "end"))
            elif which.text:
                yield int(which.text), int(which.text)


def _status(values: Mapping[str, Value], notes: Mapping[str, str], whole: ObjectStatus | None) -> ObjectStatus:
    """`whole` is the status of what needs no power."""
    goal = _decoded(notes.get(GOAL), Goal)
    if goal is not None and goal.act in BUILDING:
        return ObjectStatus.BUILDING
    if goal is not None and goal.act in DELETING:
        return ObjectStatus.DELETING
    connection = str(values.get("runtime.connectionState", "connected"))
    if connection != "connected":
        return UNWELL.get(connection, ObjectStatus.UNKNOWN)
    power = ObjectStatus.ACTIVE if values.get("runtime.powerState") == "poweredOn" else ObjectStatus.STOPPED
    return whole or power


def _addresses(values: Mapping[str, Value], notes: Mapping[str, str]) -> tuple[str, ...]:
    """What we gave it, else what its tools tell; link-local ones say nothing."""
    if given := notes.get(ADDRESSES, "").split():
        return tuple(sorted(address.partition("/")[0] for address in given))
    told = {each.text for nic in rows(values.get("guest.net")) for each in rows(nic, "ipAddress")}
    return tuple(sorted(address for address in told if not address.lower().startswith(("fe80:", "169.254."))))


def _tags(moid: str, fields: Mapping[str, str], places: Places) -> tuple[str, ...]:
    """The machine's tags, and its custom fields in the same form; our key is told apart from them."""
    own = places.tags.get(moid, ())
    if not fields:
        return own
    named = (f"{places.fields.get(key, key)}={text}" for key, text in fields.items() if key != places.key_field)
    return tuple(sorted({*own, *named}))


def _shallow(values: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(sorted({row.text for row in rows(values.get("network"))}))


def _snapshots(tree: Iterable[Any]) -> Iterator[Any]:
    for one in tree:
        yield one
        yield from _snapshots(rows(one, "childSnapshotList"))


def _number(value: Value | None) -> int | None:
    return int(value) if isinstance(value, str) and value else None


def _moment(value: Value | None) -> datetime | None:
    return msgspec.convert(value, datetime, strict=False) if isinstance(value, str) and value else None


def _decoded(text: str | None, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(text, type=kind) if text else None
    except msgspec.DecodeError:
        return None
