"""Nova's driver of real hosts: every server is a container with a systemd and an sshd of its own.

What a server is made of is in `hosts.machine`, how it is wired in `hosts.routed`. The stock fake driver does the book-
keeping of what has no counterpart here: volumes, diagnostics, migrations.
"""

# Nova is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import nova.conf
from nova.compute import power_state, task_states
from nova.image import glance
from nova.virt import fake, hardware

from . import hypervisor
from .first_boot import first_boot
from .hosts import network, root
from .hosts.machine import Machine
from .hosts.routed import Cable, Routed

CONF = nova.conf.CONF
TRAIT = "CUSTOM_LAB_HOST"


class LabHostDriver(hypervisor.LabDriver):
    """A compute host whose servers are there."""

    vcpus = 200
    memory_mb = 200_000
    local_gb = 20_000

    def init_host(self, host: str) -> None:
        super().init_host(host)
        # <cache>/run/<host>
        self._routed = Routed(Path(CONF.state_path).parent.parent)
        # Containers outlive this process.
        for record in self._routed.folder.glob("*/server.json"):
            known = json.loads(record.read_text("utf-8"))
            self.instances[known["uuid"]] = fake.FakeInstance(known["name"], power_state.RUNNING, known["uuid"])

    def update_provider_tree(self, provider_tree: Any, nodename: str, allocations: Any = None) -> None:
        super().update_provider_tree(provider_tree, nodename, allocations=allocations)
        provider_tree.add_traits(nodename, TRAIT)

    def spawn(
        self,
        context: Any,
        instance: Any,
        image_meta: Any,
        injected_files: Any,
        admin_password: Any,
        allocations: Any,
        network_info: Any = None,
        power_on: bool = True,
        **kwargs: Any,
    ) -> None:
        machine = self._machine(instance)
        machine.remove()
        if image_meta.obj_attr_is_set("id") and image_meta.id:
            with tempfile.NamedTemporaryFile(dir=CONF.state_path) as image:
                glance.API().download(context, image_meta.id, dest_path=image.name)
                machine.unpack(Path(image.name))
        number = self._routed.number
        assert number is not None
        machine.make(
            root.ensure(self._routed.places),
            hostname=instance.hostname,
            hosts={root.MIRROR: network.mirror_address(number)},
        )
        keys = [instance.key_data] if instance.key_data else []
        first_boot(machine, instance.user_data, keys)
        (machine.folder / "server.json").write_text(json.dumps({"uuid": instance.uuid, "name": instance.name}))
        self._routed.plug(instance.uuid, [cable for vif in network_info or () for cable in cables(vif)])
        super().spawn(
            context, instance, image_meta, injected_files, admin_password, allocations, network_info, **kwargs
        )
        if power_on:
            machine.start()

    def get_info(self, instance: Any, use_cache: bool = True) -> Any:
        super().get_info(instance, use_cache)
        state = power_state.RUNNING if self._machine(instance).running else power_state.SHUTDOWN
        return hardware.InstanceInfo(state=state)

    def power_off(self, instance: Any, timeout: int = 0, retry_interval: int = 0) -> None:
        super().power_off(instance, timeout, retry_interval)
        self._machine(instance).stop(patience_s=min(timeout, 20) if timeout else 0)

    def power_on(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().power_on(context, instance, *args, **kwargs)
        self._machine(instance).start()

    def reboot(self, context: Any, instance: Any, network_info: Any, reboot_type: str, *args: Any, **kw: Any) -> None:
        # The stock driver's reboot ends in our power_on.
        self._machine(instance).stop(patience_s=0 if reboot_type == "HARD" else 20)
        super().reboot(context, instance, network_info, reboot_type, *args, **kw)

    def destroy(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().destroy(context, instance, *args, **kwargs)
        self._routed.remove(instance.uuid)

    def snapshot(self, context: Any, instance: Any, image_id: str, update_task_state: Any) -> None:
        """Upload what the server has written: a server made of the image has the same files."""
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        with tempfile.NamedTemporaryFile(dir=CONF.state_path) as image:
            self._machine(instance).archive(Path(image.name))
            update_task_state(task_state=task_states.IMAGE_UPLOADING, expected_state=task_states.IMAGE_PENDING_UPLOAD)
            described = {"disk_format": "raw", "container_format": "bare", "properties": {}}
            with Path(image.name).open("rb") as content:
                glance.API().update(context, image_id, described, content, purge_props=False)

    def attach_interface(self, context: Any, instance: Any, image_meta: Any, vif: Any) -> None:
        super().attach_interface(context, instance, image_meta, vif)
        for cable in cables(vif):
            self._routed.attach(instance.uuid, cable)

    def detach_interface(self, context: Any, instance: Any, vif: Any) -> None:
        super().detach_interface(context, instance, vif)
        self._routed.detach(instance.uuid, vif["devname"])

    def migrate_disk_and_power_off(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().migrate_disk_and_power_off(context, instance, *args, **kwargs)
        self._machine(instance).stop()
        return answer

    def finish_migration(self, context: Any, migration: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        # A resize happens in place, for there is one such host: the stock driver would spawn another server.
        fake.FakeDriver.spawn(self, context, instance, None, None, None, None)
        if kwargs.get("power_on", True):
            self._machine(instance).start()

    def finish_revert_migration(self, context: Any, instance: Any, *args: Any, **kwargs: Any) -> None:
        super().finish_revert_migration(context, instance, *args, **kwargs)
        self._machine(instance).start()

    def get_console_output(self, context: Any, instance: Any) -> Any:
        try:
            return self._machine(instance).console.read_bytes()[-100_000:]
        except FileNotFoundError:
            return b""

    def _machine(self, instance: Any) -> Machine:
        return self._routed.machine(instance.uuid)


def cables(vif: Any) -> list[Cable]:
    """A port's cable with its first IPv4 address; a port that has none gets no cable."""
    for subnet in vif["network"]["subnets"]:
        if subnet["version"] == 4 and subnet["ips"]:
            gateway = (subnet["gateway"] or {}).get("address")
            prefix = int(subnet["cidr"].rpartition("/")[2])
            return [Cable(vif["devname"], vif["address"], subnet["ips"][0]["address"], prefix, gateway)]
    return []
