"""The provider of each cloud on record: connected at first use, kept, and its SDK imported only then.

    clouds = ProviderRegistry(simulation=Simulation(data=data_dir), clock=clock)
    clouds.provider(cloud).servers.find(tenant)

A process that only serves simulated clouds never loads an SDK, which keeps it small.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cloudctl.domain.clouds import Admission, Cloud, CloudKind
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Provider

Factory = Callable[[Cloud], Provider]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How the simulated clouds of an installation behave: files in `data`, one `seed`, build times in `latency_s`."""

    data: Path
    seed: int = 0
    latency_s: tuple[float, float] = (0.5, 2.0)

    def path(self, code: str) -> Path:
        """The file that is the simulated cloud of this code."""
        return self.data / f"simulated-{code}.sqlite3"


@dataclass(slots=True)
class _Slot:
    """One cloud's connection; `version` is the record's that it was made from."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    version: int | None = None
    provider: Provider | None = None


class ProviderRegistry:
    """ports.clouds.Clouds. Safe to use from several threads; connecting to one cloud does not hold up another."""

    def __init__(
        self,
        *,
        simulation: Simulation,
        clock: Clock,
        clouds_file: Path | None = None,
        admitted: tuple[Admission, ...] = (),
        factories: Mapping[CloudKind, Factory] | None = None,
    ) -> None:
        self._factories = {**default_factories(simulation, clock, clouds_file, admitted), **(factories or {})}
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()

    def provider(self, cloud: Cloud) -> Provider:
        """Raises ConfigurationError when the kind cannot be served, or no credentials are configured for the code.

        A changed record (capacity, external network) connects anew.
        """
        with self._lock:
            slot = self._slots.setdefault(cloud.code, _Slot())
        with slot.lock:
            if slot.provider is None or slot.version != cloud.version:
                slot.provider, slot.version = self._factories[cloud.kind](cloud), cloud.version
            return slot.provider


def default_factories(
    simulation: Simulation, clock: Clock, clouds_file: Path | None, admitted: tuple[Admission, ...] = ()
) -> dict[CloudKind, Factory]:
    """How each kind is connected; `clouds_file` has the credentials, where they are not in a usual place.

    A project of an OpenStack is closed to all but those that are `admitted`.
    """
    return {
        CloudKind.SIMULATED: partial(_simulated, simulation=simulation, clock=clock),
        CloudKind.OPENSTACK: partial(_openstack, clock=clock, clouds_file=clouds_file, admitted=admitted),
        CloudKind.VSPHERE: partial(_vsphere, clock=clock, clouds_file=clouds_file),
    }


def _simulated(cloud: Cloud, *, simulation: Simulation, clock: Clock) -> Provider:
    from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider, Unusable  # noqa: PLC0415 - when needed

    path = simulation.path(cloud.code)
    capacity = {dimension: room for dimension in Dimension if (room := cloud.room(dimension)) is not None}
    try:
        backend = SimulatedCloud(
            path,
            clock=clock,
            code=cloud.code,
            seed=simulation.seed,
            latency_s=simulation.latency_s,
            capacity=capacity,
        )
    except Unusable as broken:
        raise ConfigurationError(
            "The file {path} of the simulated cloud {cloud} cannot be used: {words}",
            path=path,
            cloud=cloud.code,
            words=str(broken),
        ) from broken
    return SimulatedProvider(backend)


def _openstack(cloud: Cloud, *, clock: Clock, clouds_file: Path | None, admitted: tuple[Admission, ...]) -> Provider:
    from cloudctl.providers.openstack.provider import connect  # noqa: PLC0415 - loads the SDK, only when needed

    return connect(cloud, clock, clouds_file, admitted)


def _vsphere(cloud: Cloud, *, clock: Clock, clouds_file: Path | None) -> Provider:
    from cloudctl.providers.vsphere.provider import connect  # noqa: PLC0415 - loads the SDK, only when needed

    return connect(cloud, clock, clouds_file)
