"""The simulated cloud: the embedded default, and the cloud that tests break on purpose. People see it labelled so.

    cloud = SimulatedCloud(path, clock=clock, code="city-a", seed=7, capacity={Dimension.VCPU: 512})
    provider = SimulatedProvider(cloud)                  # what services and steps use
    cloud.inject(Fault(operation="servers.create", kind=FaultKind.BUSY_409, times=2))
    cloud.inventory(), cloud.calls()                     # what exists, and who asked

`backend/` is the cloud with its storage and rules, `provider` the client, `translate` the border between the two.
"""

from cloudctl.providers.simulated.backend.cloud import Item, Record, SimulatedCloud
from cloudctl.providers.simulated.backend.storage import Unusable
from cloudctl.providers.simulated.faults import Fault, FaultKind
from cloudctl.providers.simulated.populate import populate
from cloudctl.providers.simulated.provider import SimulatedProvider
from cloudctl.providers.simulated.utilisation import Utilisation

__all__ = [
    "Fault",
    "FaultKind",
    "Item",
    "Record",
    "SimulatedCloud",
    "SimulatedProvider",
    "Unusable",
    "Utilisation",
    "populate",
]
