"""Nova's fake hypervisor, with faults chosen by the metadata `lab_fault` of a server."""

# Nova is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

import io
import json
import random
import time
import uuid
from pathlib import Path
from typing import Any

import nova.conf
from nova import exception
from nova.compute import task_states
from nova.image import glance
from nova.objects import diagnostics
from nova.virt import fake

CONF = nova.conf.CONF
SNAPSHOT_BYTES = 8192


def _fault(instance: Any) -> tuple[str, float]:
    """The fault a server asks for, with its argument: 'stop_slow:3' -> ('stop_slow', 3.0)."""
    name, _, argument = instance.metadata.get("lab_fault", "").partition(":")
    try:
        return name, float(argument or 0)
    except ValueError:
        return name, 0.0


class LabDriver(fake.FakeDriver):
    """Two hosts of it hold a few hundred servers; an order for more than 1,000 CPUs finds no host."""

    vcpus = 1000
    memory_mb = 4_000_000
    local_gb = 600_000

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        # The stock driver invents another identity at each start, which Nova then refuses.
        return {**super().get_available_resource(nodename), "uuid": _node_uuid(nodename)}

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:
        return {_node_uuid(name): name for name in self.get_available_nodes()}

    def spawn(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        fault, seconds = _fault(instance)
        if fault == "spawn_abort":
            raise exception.BuildAbortException(instance_uuid=instance.uuid, reason="lab_fault spawn_abort")
        if fault == "spawn_reschedule" and _first_time(instance.uuid):
            raise exception.ComputeResourcesUnavailable(reason="lab_fault spawn_reschedule")
        if fault == "spawn_slow":
            time.sleep(seconds)
        super().spawn(context, instance, *args, **kwargs)

    def migrate_disk_and_power_off(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        if _fault(instance)[0] == "resize_fail":
            raise exception.ResizeError(reason="lab_fault resize_fail")
        return super().migrate_disk_and_power_off(context, instance, *args, **kwargs)

    def power_off(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        fault, seconds = _fault(instance)
        if fault == "stop_slow":
            time.sleep(seconds)
        super().power_off(instance, *args, **kwargs)

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Any) -> None:
        """Upload bytes that follow from the server's identity: the stock driver leaves images queued."""
        if instance.uuid not in self.instances:
            raise exception.InstanceNotRunning(instance_id=instance.uuid)
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
        content = random.Random(instance.uuid).randbytes(SNAPSHOT_BYTES)
        image = {"disk_format": "raw", "container_format": "bare", "properties": {}}
        glance.API().update(context, image_id, image, io.BytesIO(content), purge_props=False)

    def get_instance_diagnostics(self, instance: Any) -> Any:
        """The counters that the planted table says; a server that is not in it has the stock driver's figures."""
        planted = _planted(instance.uuid)
        if planted is None:
            return super().get_instance_diagnostics(instance)
        return _counters(planted, instance.flavor.vcpus, instance.flavor.memory_mb)


def _node_uuid(nodename: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, nodename))


def _planted(instance_uuid: str) -> dict[str, Any] | None:
    """What a test wrote about this server into `diagnostics.json`, beside the hosts' folders."""
    try:
        table = json.loads((Path(CONF.state_path).parent / "diagnostics.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    found: dict[str, Any] | None = table.get(instance_uuid)
    return found


def _counters(planted: dict[str, Any], vcpus: int, memory_mb: int) -> Any:
    """What a server has counted that ran at these rates from `since` until now, or `until` a planted moment."""
    seconds = planted.get("until", time.time()) - planted["since"]
    told = diagnostics.Diagnostics(
        state="running",
        driver="libvirt",
        hypervisor="kvm",
        hypervisor_os="linux",
        uptime=int(seconds),
        config_drive=False,
    )
    for number in range(vcpus):
        told.add_cpu(id=number, time=int(planted.get("cpu_percent", 0) / 100 * seconds * 1e9))
    half_network = int(planted.get("network_kib_s", 0) * 1024 * seconds / 2)
    told.add_nic(mac_address="fa:16:3e:00:00:01", rx_octets=half_network, tx_octets=half_network)
    half_disk = int(planted.get("disk_kib_s", 0) * 1024 * seconds / 2)
    told.add_disk(read_bytes=half_disk, write_bytes=half_disk)
    told.memory_details = diagnostics.MemoryDiagnostics(
        maximum=memory_mb, used=int(memory_mb * planted.get("memory_percent", 0) / 100)
    )
    return told


def _first_time(instance_uuid: str) -> bool:
    """Whether no compute host has seen this server yet: a file tells, for the hosts share no memory."""
    folder = Path(CONF.state_path).parent / "rescheduled"
    folder.mkdir(exist_ok=True)
    try:
        (folder / instance_uuid).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
