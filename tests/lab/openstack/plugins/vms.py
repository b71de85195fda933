"""Nova's own driver of VMs, with two things of the lab: where a VM's cable ends, and how it learns its address."""

# Nova is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,unused-ignore"

from __future__ import annotations

from pathlib import Path
from typing import Any

import nova.conf
from nova.virt.libvirt import driver, vif

from .containers import cables
from .hosts.routed import Routed

CONF = nova.conf.CONF
TRAIT = "CUSTOM_LAB_VM"


class LabVmDriver(driver.LibvirtDriver):
    """A compute host whose servers have a kernel of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vif_driver = Taps(self._host)

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
        **kwargs: Any,
    ) -> None:
        # There is no DHCP here: the VM's drive says its addresses where Nova does not know of any.
        for port in network_info or ():
            for subnet in port["network"]["subnets"]:
                for name in ("dhcp_server", "enable_dhcp"):
                    subnet["meta"].pop(name, None)
        super().spawn(
            context, instance, image_meta, injected_files, admin_password, allocations, network_info, **kwargs
        )


class Taps(vif.LibvirtGenericVIFDriver):
    """Each port a tap at the lab's router, in whose namespace QEMU runs."""

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        # <cache>/run/<host>
        self._routed = Routed(Path(CONF.state_path).parent.parent)

    def plug_tap(self, instance: Any, vif: Any) -> None:
        for cable in cables(vif):
            self._routed.tap(instance.uuid, cable)

    def unplug_tap(self, instance: Any, vif: Any) -> None:
        self._routed.untap(instance.uuid, self.get_vif_devname(vif))
