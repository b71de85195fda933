"""A city that has a vCenter simulator as the only cloud of one zone, and the vCenter's own view of what stands there.

    with hall(directory, vcenter) as hall:
        order = hall.carried_out(hall.build_items(count=1))
        assert hall.machines() == {...}

Its clock is the real one, for a vCenter's tasks take real time.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.orders import Order
from cloudctl.ports.context import platform
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.machines import PATHS, Machine, machine
from cloudctl.providers.vsphere.networks import Plan
from cloudctl.providers.vsphere.provider import VSphereProvider, connect
from cloudctl.services import addresses, catalogue, clouds
from tests.contract.clocks import RealClock
from tests.factories import Installed, installation
from tests.lab.vcenter import Vcenter
from tests.seeds import LIMITS, Clock

ZONE, CLOUD = "machine-hall", "vc-1"
QUICK = {"cloud_poll_s": 0.05, "settle_s": 0.5, "step_budget_s": 20.0, "retry_attempts": 5}


class RunningClock(Clock):
    """Begins where the seeded city does, and runs."""

    def __init__(self) -> None:
        super().__init__()
        self._began_s = time.monotonic()

    def now(self) -> Any:
        self._passed_s = self.monotonic_s()
        return super().now()

    def monotonic_s(self) -> float:
        return time.monotonic() - self._began_s

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class Hall:
    """The city `in` which orders are handed in, and the vCenter that carries them out."""

    city: Installed
    vcenter: Vcenter
    client: Client
    clouds_yaml: Path

    def apart(self) -> Hall:
        """The same hall for a new department."""
        city = self.city.apart()
        _allow(city)
        return replace(self, city=city)

    def carried_out(self, items: list[Any]) -> Order:
        return self.city.carried_out(items, zone=ZONE)

    def delivered(self, items: list[Any]) -> Order:
        """An order of `items` that is delivered, each of its objects there exactly once."""
        order = self.carried_out(items)
        self.require_delivered(order)
        return order

    def require_delivered(self, order: Order) -> None:
        now = self.city.order(order.id)
        assert now.state == "delivered", (now.state, now.last_error)
        wanted = Counter(resource.id for resource in self.city.resources(order).values())
        assert Counter({key: self.objects()[key] for key in wanted}) == wanted

    def require_undone(self, order: Order, words: str) -> None:
        """Nothing of the order stands in the vCenter or is held, and the reason is on record."""
        now = self.city.order(order.id)
        assert now.state == "failed", (now.state, now.last_error)
        assert words in (now.last_error or "")
        assert not self.objects().keys() & {resource.id for resource in self.city.resources(order).values()}
        assert {prefix.state for prefix in self.city.prefixes(order)} <= {"free"}
        quotas = self.city.read(lambda uow: uow.quotas.of(self.city.ids["fgw"], CLOUD, ZONE))
        assert {quota.held for quota in quotas.values()} == {0}

    def provider(self) -> VSphereProvider:
        """Another worker's connection to the same vCenter."""
        return connect(self.record, RealClock(), self.clouds_yaml)

    @property
    def record(self) -> Cloud:
        return self.city.read(lambda uow: uow.clouds.by_code(CLOUD))

    def machines(self) -> list[Machine]:
        """All machines but those in the trash, as the vCenter has them."""
        path = f"{self.vcenter.datacenter}/vm"
        folder = self.client.call(lambda content: content.searchIndex.FindByInventoryPath(path))
        trash = self.client.call(lambda content: content.searchIndex.FindByInventoryPath(f"{path}/cloudctl/trash"))
        thrown = None if trash is None else trash._GetMoId()
        found = self.client.read(vim.VirtualMachine, [self.client.under(folder)], PATHS)
        return [made for ref, values in found if (made := machine(ref, values, None)).parent != thrown]

    def objects(self) -> Counter[UUID]:
        """How many machines and portgroups carry each key."""
        path = f"{self.vcenter.datacenter}/network"
        folder = self.client.call(lambda content: content.searchIndex.FindByInventoryPath(path))
        kind = vim.dvs.DistributedVirtualPortgroup
        groups = self.client.read(kind, [self.client.under(folder)], ("config.description",))
        plans = [Plan.of(values.get("config.description")) for _, values in groups]
        keys = [each.key for each in self.machines()] + [plan.key for plan in plans if plan is not None]
        return Counter(key for key in keys if key is not None)

    def server(self, order: Order, name: str) -> Machine:
        """The one machine of an order's server."""
        key = self.city.resources(order)[name].id
        (found,) = [each for each in self.machines() if each.key == key]
        return found


@contextmanager
def hall(directory: Path, vcenter: Vcenter) -> Iterator[Hall]:
    """The city, its zone and its cloud; `directory` is empty."""
    clouds_yaml = vcenter.write_clouds(directory / "clouds.yaml", CLOUD)
    named = os.environ.get("OS_CLIENT_CONFIG_FILE")
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(clouds_yaml)
    try:
        with installation(directory, clock=RunningClock(), **QUICK) as city:
            _furnish(city)
            yield Hall(city, vcenter, Client(configured(CLOUD, clouds_yaml)), clouds_yaml)
    finally:
        os.environ.pop("OS_CLIENT_CONFIG_FILE")
        if named is not None:
            os.environ["OS_CLIENT_CONFIG_FILE"] = named


def _furnish(city: Installed) -> None:
    seed = platform("seed")
    image = {"name": "openEuler", "os_family": "openEuler", "architecture": "x86_64", "min_disk_gib": 20}
    for noun, code, fields in (
        ("zones", ZONE, {"name": "机房", "name_en": "Hall", "max_mlps_level": 3, "vlan_first": 200, "vlan_last": 999}),
        ("images", "openeuler", {**image, "login_user": "openeuler", "names": {CLOUD: "openeuler-24.03"}}),
        ("images", "forgotten", {**image, "login_user": "openeuler", "names": {CLOUD: "no-such-template"}}),
    ):
        catalogue.put(city.ctx, seed, noun, code, fields)
    clouds.register(
        city.ctx,
        seed,
        code=CLOUD,
        name="vCenter",
        kind=CloudKind.VSPHERE,
        zones=frozenset({ZONE}),
        capacity={},
        external_network="campus-router",
    )
    for cidr in ("10.60.0.0/16", "fd00:60::/48"):
        addresses.add_supernet(city.ctx, seed, zone=ZONE, cidr=cidr)
    _allow(city)


def _allow(city: Installed) -> None:
    """Quota for the city's department."""
    with city.ctx.unit_of_work(platform("seed")) as uow:
        for dimension, limit in LIMITS.items():
            uow.quotas.set_limit(city.ids["fgw"], CLOUD, ZONE, dimension, limit)
