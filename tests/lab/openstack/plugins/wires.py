"""What an agent on the real host would do: ports that are down carry nothing, security groups are enforced.

Neutron's own process says what it has on record whenever that changes; `hosts.routed` makes it so.
"""

# Neutron is installed in the lab's environment only, and carries no types.
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-untyped-call,no-untyped-def,unused-ignore"

from __future__ import annotations

import threading
from typing import Any

from neutron_lib import context
from neutron_lib.callbacks import events, registry, resources
from neutron_lib.plugins import directory

from .hosts.places import default_cache
from .hosts.routed import Routed, Rule, Wiring

#: Hosts whose servers hang on the router: containers, and VMs.
REAL_HOST = "hosts-1"
VM_HOST = "vms-1"
ON_THE_ROUTER = frozenset({REAL_HOST, VM_HOST})
_one_at_a_time = threading.Lock()


def subscribe() -> None:
    """Have the wires follow the security groups."""
    for event in (events.AFTER_CREATE, events.AFTER_DELETE):
        registry.subscribe(_changed, resources.SECURITY_GROUP_RULE, event)


def _changed(*_args: Any, **_kwargs: Any) -> None:
    rewire()


def rewire() -> None:
    """Make the wires what Neutron has on record now; nothing where the real host is not up."""
    routed = Routed(default_cache())
    if routed.number is None:
        return
    with _one_at_a_time:
        admin, plugin = context.get_admin_context(), directory.get_plugin()
        ports = plugin.get_ports(admin, filters={"binding:host_id": sorted(ON_THE_ROUTER)})
        groups = {group for port in ports for group in port["security_groups"]}
        rules = plugin.get_security_group_rules(admin, filters={"security_group_id": list(groups)}) if groups else []
        members: dict[str, list[str]] = {}
        for port in ports:
            for group in port["security_groups"]:
                members.setdefault(group, []).extend(fixed["ip_address"] for fixed in port["fixed_ips"])
        routed.wire([_wiring(port, rules, members) for port in ports])


def _wiring(port: Any, rules: list[Any], members: dict[str, list[str]]) -> Wiring:
    own = [rule for rule in rules if rule["security_group_id"] in port["security_groups"]]
    return Wiring(
        # The name that Nova gives a port's device.
        f"tap{port['id']}"[:14],
        up=port["admin_state_up"],
        guarded=port["port_security_enabled"],
        ingress=_side("ingress", own, members),
        egress=_side("egress", own, members),
    )


def _side(direction: str, rules: list[Any], members: dict[str, list[str]]) -> tuple[Rule, ...]:
    mine = (rule for rule in rules if rule["direction"] == direction and rule["ethertype"] == "IPv4")
    # A group without members lets nobody in, and an empty set is no set to nftables.
    return tuple(rule for rule in (_rule(one, members) for one in mine) if rule.peers != ())


def _rule(rule: Any, members: dict[str, list[str]]) -> Rule:
    peers: tuple[str, ...] | None = None
    if rule["remote_group_id"]:
        peers = tuple(address for address in members.get(rule["remote_group_id"], ()) if ":" not in address)
    elif rule["remote_ip_prefix"]:
        peers = (str(rule["remote_ip_prefix"]),)
    first, last = rule["port_range_min"], rule["port_range_max"]
    return Rule(rule["protocol"], None if first is None else (first, last), peers)
