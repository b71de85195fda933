"""Steps and requests as the specifications that pyVmomi sends."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from gzip import compress
from ipaddress import ip_interface
from typing import Any

import msgspec
from pyVmomi import vim

from cloudctl.domain.errors import Rejected
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.vsphere.machines import (
    ADDRESSES,
    EXPORT,
    KEY,
    KIB_PER_GIB,
    KIND,
    NAME,
    Disk,
    Held,
    Machine,
    Nic,
    noted,
)
from cloudctl.providers.vsphere.steps import Step

Device = vim.vm.device
Change = Device.VirtualDeviceSpec
Operation = Change.Operation

UNITS = tuple(unit for unit in range(16) if unit != 7)  # the controller itself is 7
INDEPENDENT = "independent_persistent"  # no snapshot of a server touches a volume
HOLDER_MIB = 4


def options(values: Mapping[str, str]) -> list[Any]:
    """ExtraConfig of plain texts."""
    return [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]


def reconfiguration(machine: Machine, step: Step, switch_uuid: str) -> Any:
    """The specification of a step; it names the version that was looked at, so that two do not do it twice."""
    spec = vim.vm.ConfigSpec(changeVersion=machine.change_version, extraConfig=options(step.notes))
    if step.vcpu is not None:
        spec.numCPUs, spec.numCoresPerSocket = step.vcpu, 1
    if step.memory_mib is not None:
        spec.memoryMB = step.memory_mib
    if step.name is not None:
        spec.name = step.name
    if step.uuid is not None:
        spec.instanceUuid = step.uuid
    spec.deviceChange = list(_devices(machine, step, switch_uuid))
    return spec


def _devices(machine: Machine, step: Step, switch_uuid: str) -> Iterable[Any]:
    for disk in machine.disks:
        if disk.path in step.drop:
            yield Change(operation=Operation.remove, device=disk.device)  # without a file operation the file stays
        elif disk.path in step.grow:
            yield _grown(disk, step.grow[disk.path])
    if step.add is not None:
        yield _added(machine, step.add)
    if step.drop_nics:
        yield from (Change(operation=Operation.remove, device=nic.device) for nic in machine.nics)
    if step.network is not None:
        yield from wired(machine.nics, step.network, switch_uuid)
    if step.connected is not None:
        yield from (_plugged(nic, connected=step.connected) for nic in machine.nics)


def wired(nics: Iterable[Nic], network: str, switch_uuid: str) -> Iterable[Any]:
    """One card on the network: the first is put there, others are taken out, and without any one is added."""
    cards = list(nics)
    port = vim.dvs.PortConnection(portgroupKey=network, switchUuid=switch_uuid)
    backing = Device.VirtualEthernetCard.DistributedVirtualPortBackingInfo(port=port)
    plug = Device.VirtualDevice.ConnectInfo(startConnected=True, connected=True, allowGuestControl=False)
    if not cards:
        yield Change(operation=Operation.add, device=Device.VirtualVmxnet3(key=-1, backing=backing, connectable=plug))
    else:
        cards[0].device.backing, cards[0].device.connectable = backing, plug
        yield Change(operation=Operation.edit, device=cards[0].device)
    yield from (Change(operation=Operation.remove, device=nic.device) for nic in cards[1:])


def _plugged(nic: Nic, *, connected: bool) -> Any:
    nic.device.connectable = Device.VirtualDevice.ConnectInfo(
        startConnected=connected, connected=connected, allowGuestControl=False
    )
    return Change(operation=Operation.edit, device=nic.device)


def _grown(disk: Disk, size_gib: int) -> Any:
    disk.device.capacityInKB = size_gib * KIB_PER_GIB
    disk.device.capacityInBytes = size_gib * KIB_PER_GIB * 1024
    return Change(operation=Operation.edit, device=disk.device)


def _added(machine: Machine, held: Held) -> Any:
    """An existing file as a disk, at the first free place; raises Rejected when there is none."""
    used = {(disk.device.controllerKey, disk.device.unitNumber) for disk in machine.disks}
    for controller in machine.controllers:
        for unit in UNITS:
            if (controller.key, unit) not in used:
                return Change(operation=Operation.add, device=_disk(held.path, held.size_gib, controller.key, unit))
    raise Rejected("The cloud refuses the request: {words}", words=f"{machine.title} has no place for another disk")


def _disk(path: str, size_gib: int, controller: int, unit: int) -> Any:
    backing = Device.VirtualDisk.FlatVer2BackingInfo(fileName=path, diskMode=INDEPENDENT, thinProvisioned=True)
    return Device.VirtualDisk(
        key=-101, backing=backing, controllerKey=controller, unitNumber=unit, capacityInKB=size_gib * KIB_PER_GIB
    )


def holder(
    request: VolumeRequest, *, name: str, uuid: str, datastore: str, size_gib: int | None, held: Held | None = None
) -> Any:
    """The machine that holds a volume; with no size it has none of its own, because a server has it."""
    notes = {KEY: str(request.key), NAME: request.name, KIND: "volume", **noted(disk=held)}
    controller = Device.ParaVirtualSCSIController(key=-100, busNumber=0, sharedBus="noSharing")
    changes = [Change(operation=Operation.add, device=controller)]
    if size_gib is not None:
        disk = _disk(f"[{datastore}]", size_gib, -100, 0)
        changes.append(Change(operation=Operation.add, fileOperation=Change.FileOperation.create, device=disk))
    return vim.vm.ConfigSpec(
        name=name,
        instanceUuid=uuid,
        guestId="otherGuest64",
        numCPUs=1,
        memoryMB=HOLDER_MIB,
        files=vim.vm.FileInfo(vmPathName=f"[{datastore}]"),
        annotation="A volume of cloudctl: never switched on, and not to be deleted by hand.",
        deviceChange=changes,
        extraConfig=options(notes),
    )


def built_of(
    name: str, uuid: str, disk: Held, *, datastore: str, vcpu: int, memory_mib: int, network: str, switch_uuid: str,
    notes: Mapping[str, str],
) -> Any:  # fmt: skip
    """A server whose root disk is in a file that is there; it carries the file as a note, to leave it when it goes."""
    controller = Device.ParaVirtualSCSIController(key=-100, busNumber=0, sharedBus="noSharing")
    changes = [
        Change(operation=Operation.add, device=controller),
        Change(operation=Operation.add, device=_disk(disk.path, disk.size_gib, -100, 0)),
        *wired([], network, switch_uuid),
    ]
    return vim.vm.ConfigSpec(
        name=name,
        instanceUuid=uuid,
        guestId="otherGuest64",
        numCPUs=vcpu,
        numCoresPerSocket=1,
        memoryMB=memory_mib,
        files=vim.vm.FileInfo(vmPathName=f"[{datastore}]"),
        deviceChange=changes,
        extraConfig=options({**notes, EXPORT: disk.path}),
    )


def metadata(
    name: str, instance: str, addresses: Iterable[str], gateways: Iterable[str], nameservers: Iterable[str]
) -> dict[str, str]:
    """What cloud-init is told of the server itself: its name and its addresses."""
    interface: dict[str, object] = {"match": {"name": "e*"}, "addresses": list(addresses)}
    if routes := [{"to": "::/0" if ":" in via else "0.0.0.0/0", "via": via} for via in gateways]:
        interface["routes"] = routes
    if servers := list(nameservers):
        interface["nameservers"] = {"addresses": servers}
    network = {"version": 2, "ethernets": {"segment": interface}}
    document = {"instance-id": instance, "local-hostname": name, "network": network}
    return _packed("metadata", msgspec.json.encode(document))


def user_data(document: bytes) -> dict[str, str]:
    """What cloud-init is told by the department."""
    return _packed("userdata", document)


def _packed(name: str, content: bytes) -> dict[str, str]:
    packed = b64encode(compress(content, mtime=0)).decode("ascii")
    return {f"guestinfo.{name}": packed, f"guestinfo.{name}.encoding": "gzip+base64"}


def address_notes(addresses: Iterable[str]) -> dict[str, str]:
    """The note of a server's addresses."""
    return {ADDRESSES: " ".join(addresses)}


def plain_addresses(addresses: Iterable[str]) -> tuple[str, ...]:
    """Addresses without their prefix lengths, IPv4 first.

    >>> plain_addresses(["fd00::5/64", "10.8.1.5/24"])
    ('10.8.1.5', 'fd00::5')
    """
    return tuple(sorted((str(ip_interface(a).ip) for a in addresses), key=lambda address: ":" in address))
