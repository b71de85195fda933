"""Segments: a distributed portgroup each, with the VLAN that the platform reserved for it.

A portgroup's description says whose it is and what belongs to it, so a list alone tells everything:

    cloudctl:0199... tenant group-v31 10.8.1.0/24 fd00:8:1::/64 via uplink

A portgroup is layer 2; the way out is a router on that VLAN, whose address is the prefix's first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.errors import Absent, Rejected
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.messages import mark
from cloudctl.providers.vsphere.errors import absent, busy, rejected
from cloudctl.providers.vsphere.fleet import Fleet
from cloudctl.providers.vsphere.machines import as_key, full_name
from cloudctl.providers.vsphere.sightings import tagged

MARK = "cloudctl:"
UNKEYED = "cloudctl:-"
TASK_S = 30.0
PATHS = ("name", "key", "config.description", "config.defaultPortConfig", "config.configVersion", "config.uplink", "vm")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a portgroup's description says of the segment."""

    key: UUID
    tenant: str
    cidrs: tuple[str, ...] = ()
    via: str | None = None
    rest: str = ""

    def __str__(self) -> str:
        words = [f"{MARK}{self.key}", "tenant", self.tenant, *self.cidrs, *(("via", self.via) if self.via else ())]
        return " ".join([*words, *(("|", self.rest) if self.rest else ())])

    @classmethod
    def of(cls, description: str | None) -> Self | None:
        """The plan in a description; None for a portgroup that is not ours."""
        ours, _, rest = (description or "").partition(" | ")
        words = ours.split()
        key = as_key(words[0].removeprefix(MARK)) if words and words[0].startswith(MARK) else None
        if key is None:
            return None
        named = dict(pairwise(words))
        cidrs = tuple(word for word in words[1:] if "/" in word)
        return cls(key, named.get("tenant", ""), cidrs, named.get("via"), rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portgroup:
    """A portgroup of the switch. `vlans` are the first and last of each range that it carries."""

    ref: Any
    moid: str
    name: str
    description: str
    plan: Plan | None
    vlans: tuple[tuple[int, int], ...]
    uplink: bool
    version: str | None
    machines: int

    @property
    def fact(self) -> NetworkFact:
        """The segment as the core sees it."""
        assert self.plan is not None
        return NetworkFact(key=self.plan.key, backend_id=self.moid, name=self.name, ready=True, cidrs=self.plan.cidrs)


class VSphereNetworks:
    """`ports.clouds.Networks` on one distributed switch."""

    def __init__(self, fleet: Fleet) -> None:
        self._client, self._places, self._fleet = fleet.client, fleet.places, fleet

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, NetworkFact]:
        """One call."""
        wanted = None if keys is None else frozenset(keys)
        return {
            plan.key: group.fact
            for group in self._groups()
            if (plan := group.plan) is not None and plan.tenant == tenant and (wanted is None or plan.key in wanted)
        }

    def create(self, request: NetworkRequest) -> NetworkFact:
        """One look and one task, which is waited for: its end alone tells the portgroup's id."""
        groups = self._groups()
        plan = _planned(request)
        found = next((group for group in groups if group.plan is not None and group.plan.key == request.key), None)
        if found is not None and found.plan == plan:
            return found.fact
        if found is not None:
            self._run(found.moid, lambda: found.ref.ReconfigureDVPortgroup_Task(self._respec(found, str(plan))))
        else:
            name = full_name(request.name, request.key)
            spec = (
                _spec(name, str(plan), 0, isolated=True)
                if request.isolated
                else _spec(name, str(plan), _free_vlan(request, groups))
            )
            switch = self._places.switch
            self._run(str(request.key), lambda: switch.AddDVPortgroup_Task([spec]))
        made = next(
            (group for group in self._groups() if group.plan is not None and group.plan.key == request.key), None
        )
        if made is None:
            raise busy("the portgroup is not listed yet")
        return made.fact

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Writes the key in front of the description, or back into ours."""
        group = self._group(backend_id)
        if group.plan is not None:
            if group.plan.key != key:
                raise rejected(f"the network has the key {group.plan.key}")
            return
        ours = group.description.startswith(UNKEYED)
        words = (
            f"{MARK}{key}{group.description[len(UNKEYED) :]}"
            if ours
            else str(Plan(key, tenant, rest=group.description))
        )
        self._run(backend_id, lambda: group.ref.ReconfigureDVPortgroup_Task(self._respec(group, words)))

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:  # noqa: ARG002 - the id says where it is
        """Gives back the description that it had; of a segment of ours all but the key stays."""
        with suppress(Absent):
            group = self._group(backend_id)
            if group.plan is not None and group.plan.key == key:
                words = UNKEYED + group.description[len(f"{MARK}{key}") :] if group.plan.cidrs else group.plan.rest
                self._run(backend_id, lambda: group.ref.ReconfigureDVPortgroup_Task(self._respec(group, words)))

    def delete(self, tenant: str, backend_id: str) -> None:
        """One task; raises Busy while servers are on the network."""
        try:
            group = self._group(backend_id)
        except Absent:
            return
        on_it = any(nic.network == backend_id for each in self._fleet.site(tenant).machines for nic in each.nics)
        if on_it or group.machines:
            raise busy("servers are still on the network")
        with suppress(Absent):
            self._run(backend_id, group.ref.Destroy_Task)

    def plan(self, backend_id: str) -> Plan | None:
        """What a network's description says; raises Rejected for a network that is not there."""
        try:
            return self._group(backend_id).plan
        except Absent as error:
            raise rejected(f"no network {backend_id}") from error

    def _run(self, owner: str, start: Any) -> None:
        self._fleet.tasks.send(owner, start)
        self._fleet.tasks.wait(owner, TASK_S)

    def _groups(self) -> list[Portgroup]:
        switch = self._client.one(vim.DistributedVirtualSwitch, self._places.switch, ("portgroup",))
        groups = switch.get("portgroup", [])
        return [_portgroup(*found) for found in self._client.read(vim.dvs.DistributedVirtualPortgroup, groups, PATHS)]

    def _group(self, backend_id: str) -> Portgroup:
        ref = self._client.ref(vim.dvs.DistributedVirtualPortgroup, backend_id)
        for found in self._client.read(vim.dvs.DistributedVirtualPortgroup, [ref], PATHS):
            return _portgroup(*found)
        raise absent(f"network {backend_id}")

    def _respec(self, group: Portgroup, description: str) -> Any:
        """The portgroup as it is, with another description: what a specification leaves out may be taken away."""
        paths = ("config.defaultPortConfig", "config.numPorts", "config.type", "config.autoExpand", "config.policy")
        values = self._client.one(vim.dvs.DistributedVirtualPortgroup, group.ref, paths)
        return vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
            name=group.name,
            description=description,
            configVersion=group.version,
            type=values.get("config.type"),
            numPorts=values.get("config.numPorts"),
            autoExpand=values.get("config.autoExpand"),
            policy=values.get("config.policy"),
            defaultPortConfig=values.get("config.defaultPortConfig"),
        )


def _planned(request: NetworkRequest) -> Plan:
    cidrs = (request.cidr_v4, request.cidr_v6) if request.cidr_v6 else (request.cidr_v4,)
    return Plan(request.key, request.tenant, cidrs, request.external_network)


def _free_vlan(request: NetworkRequest, groups: Iterable[Portgroup]) -> int:
    """The VLAN of the request; raises Rejected without one, or when another portgroup carries it."""
    vlan = request.vlan
    if vlan is None:
        raise Rejected(mark("A segment on vSphere needs a VLAN, and none was reserved for {name}."), name=request.name)
    for group in groups:
        if not group.uplink and any(first <= vlan <= last for first, last in group.vlans):
            raise Rejected(
                mark(
                    "VLAN {vlan} is taken in the vCenter by the portgroup {name}: free it there, or take it out of the "
                    "zone's range."
                ),
                taken_by=group.moid,
                vlan=vlan,
                name=group.name,
            )
    return vlan


def _spec(name: str, description: str, vlan: int, *, isolated: bool = False) -> Any:
    """With no uplink at all an isolated one carries frames between machines of one host at most."""
    setting = vim.dvs.VmwareDistributedVirtualSwitch
    ports = setting.VmwarePortConfigPolicy(vlan=setting.VlanIdSpec(vlanId=vlan, inherited=False))
    if isolated:
        order = setting.UplinkPortOrderPolicy(inherited=False, activeUplinkPort=[], standbyUplinkPort=[])
        ports.uplinkTeamingPolicy = setting.UplinkPortTeamingPolicy(inherited=False, uplinkPortOrder=order)
    return vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name=name, description=description, type="earlyBinding", numPorts=8, autoExpand=True, defaultPortConfig=ports
    )


def _portgroup(ref: Any, values: dict[str, Any]) -> Portgroup:
    description = values.get("config.description") or ""
    return Portgroup(
        ref=ref,
        moid=str(ref._GetMoId()),  # noqa: SLF001 - pyVmomi's only way to the id
        name=values.get("name", ""),
        description=description,
        plan=Plan.of(description),
        vlans=tuple(_vlans(getattr(values.get("config.defaultPortConfig"), "vlan", None))),
        uplink=bool(values.get("config.uplink")),
        version=values.get("config.configVersion"),
        machines=len(values.get("vm") or ()),
    )


def _vlans(setting: Any) -> Iterable[tuple[int, int]]:
    """Ranges of VLANs as the vCenter tells them."""
    which = getattr(setting, "vlanId", None)
    ranges = [(which, which)] if isinstance(which, int) else [(each.start, each.end) for each in which or ()]
    return tagged(ranges)
