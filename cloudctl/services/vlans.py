"""VLANs of segments, on clouds whose segments are VLANs: taken with the segment's IPv4 prefix, and freed with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cloudctl.domain.addresses import Prefix
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.errors import Invalid
from cloudctl.domain.inventory import Census, CloudObject, Source
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.messages import mark
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.history import say

HIGHEST = 4094
TAKEN = mark("VLAN {before} is taken on {cloud} by others: {name} gets {after}.")


def take_vlan(uow: UnitOfWork, zone_code: str, cloud_code: str, prefix: Prefix, *, tried: Collection[int] = ()) -> None:
    """Reserves a VLAN of the zone for the prefix's network, where the cloud needs one; none of those `tried`.

    What the inventory knows networks of the cloud to carry, whoever made them, is not free.

    Raises Invalid for a zone without VLANs, PoolExhausted for one whose range is used up there. The cloud is locked
    first: another zone may have the same VLANs.
    """
    cloud = uow.clouds.by_code(cloud_code)
    if cloud.kind is not CloudKind.VSPHERE:
        return
    zone = uow.catalogue.zone(zone_code)
    if zone.vlan_first is None or zone.vlan_last is None:
        raise Invalid(
            "The zone {zone} has no VLANs for segments on {cloud}.",
            way_out="Ask the office to give the zone a range of VLANs.",
            zone=zone_code,
            cloud=cloud_code,
        )
    uow.clouds.lock(cloud_code)
    taken = [*uow.inventory.vlans(cloud_code), *((vlan, vlan) for vlan in tried)]
    uow.prefixes.take_vlan(prefix, cloud=cloud_code, first=zone.vlan_first, last=zone.vlan_last, taken=taken)


def take_another(
    uow: UnitOfWork, order: Order, network: Network, seen: Sequence[CloudObject], tried: Collection[int]
) -> int:
    """Another VLAN for a network that is being built, because somebody else's in the cloud carries what it had.

    What was `seen` there goes into the inventory, so that nobody is given its VLAN until a sync says that it is free.
    Raises PoolExhausted where none is left.
    """
    uow.clouds.lock(network.cloud)
    known = uow.inventory.known(network.cloud, [thing.identity for thing in seen])
    uow.inventory.write(network.cloud, Census(network.cloud, known).take(seen), source=Source.PLATFORM)
    record = uow.resources.lock(network.id)
    assert isinstance(record, Network)
    (prefix,) = (found for found in uow.prefixes.of_network(network.id) if found.vlan is not None)
    before = prefix.vlan
    take_vlan(uow, network.zone, network.cloud, prefix, tried=tried)
    assert prefix.vlan is not None
    record.vlan = prefix.vlan
    uow.audit("update/vlan", "network", network.id, before={"vlan": before}, after={"vlan": prefix.vlan})
    say(uow, order, TAKEN, before=before, after=prefix.vlan, cloud=network.cloud, name=network.name)
    return prefix.vlan


def check_range(first: int | None, last: int | None) -> None:
    """Raises Invalid for a range that is none: half of one, backwards, or beyond what a VLAN may be."""
    if (first is None) is not (last is None):
        raise Invalid(
            "A range of VLANs has a first and a last one.",
            field="vlan_first" if first is None else "vlan_last",
            way_out="Give both, or none.",
        )
    if first is not None and last is not None and not 1 <= first <= last <= HIGHEST:
        raise Invalid(
            "{first} to {last} is no range of VLANs.",
            field="vlan_last",
            way_out="VLANs are 1 to {highest}, the first before the last.",
            first=first,
            last=last,
            highest=HIGHEST,
        )
