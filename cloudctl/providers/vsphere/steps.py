"""What comes next for a machine, decided from what is there and from its notes alone.

    step_of(server, site, now)      -> a Step, or None when it is as it shall be or waits for its guest
    steps_of_volume(holder, site)   -> the machine that has to change, and how

Pure: whoever looks at the same machines decides the same, so any process can go on with what another has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from cloudctl.providers.vsphere.machines import EXPORT, LONGEST_NAME, Disk, Goal, Held, Machine, noted

#: How long a guest may take to shut down before it is switched off.
SHUTDOWN_GRACE_S = 60.0


class Act(StrEnum):
    """The kinds of step; each is one task of the vCenter."""

    RECONFIGURE = "reconfigure"
    POWER_ON = "power-on"
    POWER_OFF = "power-off"
    TRASH = "trash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One task on one machine. The fields are those of a reconfiguration; None and empty change nothing.

    `drop` are disks, by file, that are taken out and kept; `grow` are disks, by file, with their new size in GiB.
    """

    act: Act = Act.RECONFIGURE
    vcpu: int | None = None
    memory_mib: int | None = None
    network: str | None = None
    connected: bool | None = None
    drop: tuple[str, ...] = ()
    add: Held | None = None
    grow: Mapping[str, int] = field(default_factory=dict)
    drop_nics: bool = False
    name: str | None = None
    uuid: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


class Site:
    """All machines of a department, as one look has found them."""

    def __init__(self, machines: Iterable[Machine]) -> None:
        self.machines = tuple(machines)
        self.by_uuid = {machine.uuid: machine for machine in self.machines}
        self.holders = tuple(machine for machine in self.machines if machine.holds)
        self.servers = tuple(machine for machine in self.machines if not machine.holds and not machine.template)
        self._holder_of = {held.path: holder for holder in self.holders if (held := holder.held) is not None}

    def holder_of(self, path: str) -> Machine | None:
        """The holder whose disk is in this file."""
        return self._holder_of.get(path)

    def root(self, server: Machine) -> Disk | None:
        """The server's first disk that is no volume."""
        return next((disk for disk in server.disks if disk.path not in self._holder_of), None)

    def volumes(self, server: Machine) -> tuple[Machine, ...]:
        """The holders of the volumes that a server has."""
        return tuple(holder for disk in server.disks if (holder := self._holder_of.get(disk.path)) is not None)

    def taken(self, but: str) -> frozenset[str]:
        """The addresses of all other machines."""
        return frozenset(a for machine in self.machines if machine.uuid != but for a in machine.addresses)

    def clash(self, server: Machine) -> bool:
        """Whether another machine was given one of its addresses."""
        return not self.taken(server.uuid).isdisjoint(server.addresses)


def step_of(machine: Machine, site: Site, now: datetime) -> Step | None:
    """The next step towards the machine's goal."""
    goal = machine.goal
    if goal is None:
        return None
    match goal.act:
        case "build":
            return _build(machine, site, goal)
        case "resize":
            return _resize(machine, site, goal, now)
        case "stop":
            return _off(machine, goal, now) if machine.on else Step(notes=noted(goal=None))
        case "delete":
            return _delete(machine, site, now)
    return None


def differences(machine: Machine, site: Site, goal: Goal) -> Step | None:
    """What has to change for the machine to have what its goal says; None when it has it."""
    root = site.root(machine)
    on_network = [nic.network for nic in machine.nics]
    step = Step(
        vcpu=goal.vcpu if machine.vcpu != goal.vcpu else None,
        memory_mib=goal.memory_mib if machine.memory_mib != goal.memory_mib else None,
        grow={root.path: goal.root_disk_gib} if root and root.size_gib < goal.root_disk_gib else {},
        network=goal.network if goal.network and on_network != [goal.network] else None,
    )
    return None if step == Step() else step


def volume_step(holder: Machine, site: Site) -> tuple[Machine, Step] | None:
    """The next step for a volume that is on its way between its holder and a server, and the machine it is for."""
    held, goal = holder.held, holder.goal
    if goal is not None or held is None:
        return None
    server = wanted_server(holder, site)
    if holder.disk(held.path) is not None:
        return None if server is None else (holder, Step(drop=(held.path,)))
    has = next((machine for machine in site.servers if machine.disk(held.path) is not None), None)
    if has is None:
        return (holder if server is None else server), Step(add=held)
    if has is server:
        return None
    disk = has.disk(held.path)
    if disk is not None and disk.size_gib > held.size_gib:
        return holder, Step(notes=noted(disk=replace_size(held, disk.size_gib)))
    return has, Step(drop=(held.path,))


def wanted_server(holder: Machine, site: Site) -> Machine | None:
    """The server that is to have the volume; one that is gone or on its way out does not count."""
    held = holder.held
    server = site.by_uuid.get(held.server) if held is not None and held.server else None
    leaving = server is not None and server.goal is not None and server.goal.act == "delete"
    return None if leaving else server


def replace_size(held: Held, size_gib: int) -> Held:
    """The same note with another size."""
    return Held(path=held.path, size_gib=size_gib, server=held.server)


def _build(machine: Machine, site: Site, goal: Goal) -> Step | None:
    """Nothing is switched on before it has what was asked for."""
    if (change := differences(machine, site, goal)) is not None:
        return change
    return Step(notes=noted(goal=None)) if machine.on else Step(act=Act.POWER_ON)


def _resize(machine: Machine, site: Site, goal: Goal, now: datetime) -> Step | None:
    change = differences(machine, site, goal)
    if change is not None:
        return _off(machine, goal, now) if machine.on else change
    if goal.on and not machine.on:
        return Step(act=Act.POWER_ON)
    return Step(notes=noted(goal=Goal(act="resized", on=goal.on)))


def _off(machine: Machine, goal: Goal, now: datetime) -> Step | None:
    """A guest that was asked to shut down has its time; one that cannot be asked is switched off."""
    waits = machine.tools and now.timestamp() - goal.since < SHUTDOWN_GRACE_S
    return None if waits else Step(act=Act.POWER_OFF)


def _lent(server: Machine, path: str, site: Site) -> bool:
    """Whether a disk is not the server's own: a volume's, or the export that it was built of."""
    return site.holder_of(path) is not None or path == server.notes.get(EXPORT)


def _delete(machine: Machine, site: Site, now: datetime) -> Step:
    """Off, off the network and without other's disks and without its key; then into the trash."""
    if machine.on:
        return Step(act=Act.POWER_OFF)
    volumes = () if machine.holds else tuple(d.path for d in machine.disks if _lent(machine, d.path, site))
    if volumes or machine.nics or machine.key is not None:
        ending = f"-{int(now.timestamp())}"
        return Step(
            drop=volumes,
            drop_nics=bool(machine.nics),
            name=machine.name[: LONGEST_NAME - len(ending)] + ending,
            uuid=str(uuid4()),
            notes=noted(
                key=None,
                disk=None,
                addresses=None,
                pair=None,
                export=None,
                trashed=f"{machine.key} {now.astimezone(UTC).isoformat()}",
            ),
        )
    return Step(act=Act.TRASH)
