"""Pairs: servers that run on different hosts of the cluster.

A server of a pair has it as a note and is cloned to a host that none of the others has. So that the cluster's DRS keeps
it so when it places or moves machines, there is a rule for each pair, written before a second server is switched on; it
goes when fewer than two of its servers are left. Where our account may not write rules, the choice of hosts is all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.servers import Apart
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import no_room
from cloudctl.providers.vsphere.machines import Machine
from cloudctl.providers.vsphere.places import Places
from cloudctl.providers.vsphere.steps import Site
from cloudctl.providers.vsphere.tasks import Tasks

NAME = "cloudctl:"
CHOSEN_S = 600.0
AGAIN = 3

_Members = frozenset[str]


class Pairs:
    """The pairs of one vCenter; safe for several threads."""

    def __init__(self, client: Client, places: Places, tasks: Tasks, clock: Clock) -> None:
        self._client = client
        self._places = places
        self._tasks = tasks
        self._clock = clock
        self._chosen: dict[UUID, dict[UUID, tuple[str, float]]] = {}
        self._written: dict[UUID, _Members] = {}
        self._lock = Lock()

    def host(self, apart: Apart, server: UUID, look: Callable[[], Site]) -> Any:
        """A host for a new server; raises CapacityExhausted where each has one of a pair that has to be apart.

        What this process has chosen for the others counts as long as their clones are not there to be looked at.
        """
        hosts = {host._GetMoId(): host for host in self._places.hosts}  # noqa: SLF001 - pyVmomi's only way to the id
        with self._lock:
            now = self._clock.monotonic_s()
            chosen = {key: told for key, told in self._chosen.get(apart.key, {}).items() if now - told[1] < CHOSEN_S}
            others = {key: host for key, (host, _) in chosen.items()}
            others |= {each.key: each.host for each in _members(look(), apart.key) if each.key and each.host}
            taken = Counter(host for key, host in others.items() if key != server)
            best = min(hosts, key=lambda moid: (taken[moid], moid), default=None)
            if best is None or (taken[best] and apart.required):
                raise no_room(f"each of the {len(hosts)} hosts has a server of the pair already")
            self._chosen[apart.key] = chosen | {server: (best, now)}
            return hosts[best]

    def keep(self, site: Site) -> None:
        """Has the cluster's rules say what the machines' notes say: a task for each pair in which something changed."""
        wanted: dict[UUID, tuple[Apart, dict[str, Any]]] = {}
        for each in site.servers:
            if each.pair is not None:
                members = wanted.setdefault(each.pair.key, (each.pair, {}))[1]
                if not _leaving(each):
                    members[each.moid] = each.ref
        with self._lock:
            for each in site.servers:
                if each.pair is not None and each.key is not None:
                    self._chosen.get(each.pair.key, {}).pop(each.key, None)
            changed = [pair for pair in wanted.values() if self._written.get(pair[0].key) != pair[1].keys()]
            self._written |= {apart.key: frozenset(members) for apart, members in changed}
        for apart, members in changed:
            self._tasks.send(_owner(apart.key), partial(self._write, apart, members), behind=True, again=AGAIN)

    def waits(self, server: Machine) -> bool:
        """Whether the rule of its pair is being written: it is not switched on before."""
        return server.pair is not None and self._tasks.busy(_owner(server.pair.key))

    def _write(self, apart: Apart, members: dict[str, Any]) -> Any:
        """The task that brings the rule into line; None where it is so."""
        name, cluster = f"{NAME}{apart.key}", self._places.cluster
        config = self._client.one(vim.ClusterComputeResource, cluster, ("configurationEx",))
        rules = getattr(config.get("configurationEx"), "rule", None) or ()
        known = next((rule for rule in rules if rule.name == name), None)
        if len(members) > 1:
            rule = vim.cluster.AntiAffinityRuleSpec(
                name=name, enabled=True, mandatory=apart.required, vm=list(members.values())
            )
            rule.key = None if known is None else known.key
            change = vim.cluster.RuleSpec(operation="add" if known is None else "edit", info=rule)
        elif known is not None:
            change = vim.cluster.RuleSpec(operation="remove", removeKey=known.key)
        else:
            return None
        return cluster.ReconfigureComputeResource_Task(vim.cluster.ConfigSpecEx(rulesSpec=[change]), modify=True)


def _owner(key: UUID) -> str:
    return f"pair {key}"


def _members(site: Site, key: UUID) -> Iterable[Machine]:
    return (each for each in site.servers if each.pair is not None and each.pair.key == key and not _leaving(each))


def _leaving(server: Machine) -> bool:
    return server.goal is not None and server.goal.act == "delete"
