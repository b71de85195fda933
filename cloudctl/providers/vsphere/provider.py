"""One vCenter as a `ports.clouds.Provider`.

    provider = connect(cloud, clock)      # reads clouds.yaml, sends nothing yet
    provider.check()                      # raises Unreachable or Rejected

The account needs to make folders, resource pools, portgroups and machines below the configured datacenter, and to
define a custom field; the cluster needs DRS, without which it has no resource pools.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from cloudctl.domain.clouds import DECLARED, Capability, Cloud, CloudKind
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere.addresses import VSphereAddresses
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.disks import Disks
from cloudctl.providers.vsphere.exports import VSphereExports
from cloudctl.providers.vsphere.fleet import Fleet
from cloudctl.providers.vsphere.inventory import VsphereInventory
from cloudctl.providers.vsphere.networks import VSphereNetworks
from cloudctl.providers.vsphere.places import Places
from cloudctl.providers.vsphere.servers import VSphereServers
from cloudctl.providers.vsphere.tenants import VSphereTenants
from cloudctl.providers.vsphere.trash import Trash
from cloudctl.providers.vsphere.usage import VSphereUsage
from cloudctl.providers.vsphere.volumes import VSphereVolumes


class VSphereProvider:
    """The nouns of one vCenter over one session; safe for several threads."""

    capabilities: ClassVar[frozenset[Capability]] = DECLARED[CloudKind.VSPHERE]

    def __init__(self, client: Client, clock: Clock) -> None:
        self._places = Places(client, clock)
        fleet = Fleet(client, self._places, clock)
        self.networks = VSphereNetworks(fleet)
        self.tenants = VSphereTenants(fleet, self.networks)
        trash = Trash(fleet, clock)
        self.volumes = VSphereVolumes(fleet, self.tenants, trash)
        self.exports = VSphereExports(fleet, Disks(fleet))
        self.servers = VSphereServers(
            fleet,
            tenants=self.tenants,
            networks=self.networks,
            volumes=self.volumes,
            exports=self.exports,
            trash=trash,
            clock=clock,
        )
        self.addresses = VSphereAddresses()
        self.inventory = VsphereInventory(client)
        self.usage = VSphereUsage(client, clock)

    def check(self) -> None:
        """Finds every place that is configured; the first that is not there is told by name."""
        self._places.forget()
        places = self._places
        _ = places.datacenter, places.cluster, places.switch, places.datastore(None), places.machines


def connect(cloud: Cloud, clock: Clock, clouds_file: Path | None = None) -> VSphereProvider:
    """The provider of `cloud`; raises ConfigurationError when no usable credentials are configured for its code."""
    return VSphereProvider(Client(configured(cloud.code, clouds_file)), clock)
