"""Virtual machines as we see them: a few neutral fields, the notes that we keep on them, and their disks and NICs.

A machine of ours carries notes in its extraConfig, all under `cloudctl.`; where a vCenter keeps several values of one
note, the last one counts. A department's machines are of two kinds: servers, and holders, which are small, never
switched on, and there to hold one volume each while no server has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from pyVmomi import vim

from cloudctl.domain.servers import Apart

PREFIX = "cloudctl."
KEY = "cloudctl.key"
KIND = "cloudctl.kind"
NAME = "cloudctl.name"
GOAL = "cloudctl.goal"
DISK = "cloudctl.disk"
ADDRESSES = "cloudctl.addresses"
TRASHED = "cloudctl.trashed"
PAIR = "cloudctl.pair"
EXPORT = "cloudctl.export"

KIB_PER_GIB = 1024 * 1024
LONGEST_NAME = 80

#: What is read of a machine. Leaf paths: a vCenter sends a whole branch for anything shorter.
PATHS = (
    "name",
    "parent",
    "config.instanceUuid",
    "config.template",
    "config.changeVersion",
    "config.hardware.numCPU",
    "config.hardware.memoryMB",
    "config.hardware.device",
    "config.extraConfig",
    "runtime.powerState",
    "runtime.host",
    "guest.toolsRunningStatus",
    "guest.net",
    "customValue",
)


class Goal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was begun with a machine: the note that lets any process go on with it. `since` in seconds of the epoch."""

    act: Literal["build", "resize", "resized", "stop", "delete"]
    vcpu: int = 0
    memory_mib: int = 0
    root_disk_gib: int = 0
    network: str = ""
    on: bool = False
    since: float = 0.0


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A holder's note of its disk: the file, its size, and the server (its UUID) that has it or is to have it."""

    path: str
    size_gib: int
    server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A virtual disk; `device` is pyVmomi's object, which an edit sends back."""

    path: str
    size_gib: int
    uuid: str | None = None
    device: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A network card; `network` is the portgroup's id."""

    network: str | None
    connected: bool
    device: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A virtual machine. `on` says that it is not switched off; a suspended one counts as off. `host` is an id."""

    ref: Any = None
    moid: str
    uuid: str
    name: str
    parent: str | None = None
    template: bool = False
    change_version: str | None = None
    vcpu: int = 0
    memory_mib: int = 0
    on: bool = False
    host: str | None = None
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    controllers: tuple[Any, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    key_field: str | None = None
    tools: bool = False
    guest_addresses: tuple[str, ...] = ()

    @property
    def key(self) -> UUID | None:
        """Whose it is; None for a machine that is not ours."""
        return as_key(self.notes.get(KEY) or None)

    @property
    def title(self) -> str:
        """The name that was asked for; the vCenter's own has the key's end."""
        return self.notes.get(NAME) or self.name

    @property
    def holds(self) -> bool:
        """Whether it is a holder."""
        return self.notes.get(KIND) == "volume"

    @property
    def goal(self) -> Goal | None:
        """What was begun and is not finished."""
        found: Goal | None = _decoded(self.notes.get(GOAL), Goal)
        return found

    @property
    def pair(self) -> Apart | None:
        """The servers that it is kept apart from."""
        key, _, insisted = self.notes.get(PAIR, "").partition(" ")
        found = as_key(key)
        return None if found is None else Apart(key=found, required=bool(insisted))

    @property
    def held(self) -> Held | None:
        """A holder's note of its disk."""
        found: Held | None = _decoded(self.notes.get(DISK), Held)
        return found

    @property
    def addresses(self) -> tuple[str, ...]:
        """What it was given, with prefix lengths."""
        return tuple(self.notes.get(ADDRESSES, "").split())

    def disk(self, path: str) -> Disk | None:
        """Its disk in this file."""
        return next((disk for disk in self.disks if disk.path == path), None)


def machine(ref: Any, values: Mapping[str, Any], key_field: int | None) -> Machine:
    """A machine of what was read of it."""
    devices = values.get("config.hardware.device") or ()
    own = [value.value for value in values.get("customValue") or () if value.key == key_field]
    parent, host = values.get("parent"), values.get("runtime.host")
    return Machine(
        ref=ref,
        moid=ref._GetMoId(),  # noqa: SLF001 - pyVmomi's only way to the id
        uuid=values.get("config.instanceUuid") or "",
        name=values.get("name", ""),
        parent=None if parent is None else parent._GetMoId(),  # noqa: SLF001 - as above
        template=bool(values.get("config.template")),
        change_version=values.get("config.changeVersion"),
        vcpu=values.get("config.hardware.numCPU", 0),
        memory_mib=values.get("config.hardware.memoryMB", 0),
        on=values.get("runtime.powerState") == "poweredOn",
        host=None if host is None else host._GetMoId(),  # noqa: SLF001 - as above
        disks=tuple(_disks(devices)),
        nics=tuple(_nics(devices)),
        controllers=tuple(device for device in devices if isinstance(device, vim.vm.device.VirtualSCSIController)),
        notes=_notes(values.get("config.extraConfig") or ()),
        key_field=own[-1] if own else None,
        tools=values.get("guest.toolsRunningStatus") == "guestToolsRunning",
        guest_addresses=tuple(a for nic in values.get("guest.net") or () for a in nic.ipAddress or ()),
    )


def promised_uuid(key: UUID) -> str:
    """The instance UUID of what is made for `key`: known before it exists, and the same whoever makes it.

    >>> promised_uuid(UUID(int=1)) == promised_uuid(UUID(int=1)) != str(UUID(int=1))
    True
    """
    return str(uuid5(NAMESPACE_URL, f"cloudctl:{key}"))


def full_name(name: str, key: UUID) -> str:
    """The name in the vCenter, which ends in the key: so the vCenter itself refuses a second one.

    >>> full_name("web", UUID(int=255))
    'web-0000000000ff'
    """
    ending = f"-{key.hex[-12:]}"
    plain = "".join(letter if letter not in "/\\%" else "_" for letter in name)
    return plain[: LONGEST_NAME - len(ending)] + ending


def noted(**notes: object) -> dict[str, str]:
    """Notes as they are written: structs as JSON, nothing as an empty text, which takes a note away."""
    return {f"{PREFIX}{name}": _encoded(value) for name, value in notes.items()}


def pair_note(apart: Apart) -> dict[str, str]:
    """The note that a server is one of a pair."""
    return {PAIR: f"{apart.key} required" if apart.required else str(apart.key)}


def as_key(text: str | None) -> UUID | None:
    """The key in a note; None for anything that is not one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _encoded(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _decoded(text: str | None, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind) if text else None
    except msgspec.DecodeError:
        return None


def _notes(options: Iterable[Any]) -> dict[str, str]:
    """Only ours: the guest's own are user data."""
    return {option.key: str(option.value) for option in options if option.key.startswith(PREFIX)}


def _disks(devices: Iterable[Any]) -> Iterable[Disk]:
    for device in devices:
        if isinstance(device, vim.vm.device.VirtualDisk):
            yield Disk(
                path=getattr(device.backing, "fileName", "") or "",
                size_gib=-(-int(device.capacityInKB or 0) // KIB_PER_GIB),
                uuid=getattr(device.backing, "uuid", None),
                device=device,
            )


def _nics(devices: Iterable[Any]) -> Iterable[Nic]:
    for device in devices:
        if isinstance(device, vim.vm.device.VirtualEthernetCard):
            plug = device.connectable
            port = getattr(device.backing, "port", None)
            yield Nic(
                network=getattr(port, "portgroupKey", None),
                connected=plug is None or bool(plug.connected or plug.startConnected),
                device=device,
            )
