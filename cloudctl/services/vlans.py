"""VLANs of segments, on clouds whose segments are VLANs: taken with the segment's IPv4 prefix, and freed with it."""

from __future__ import annotations

from cloudctl.domain.addresses import Prefix
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.errors import Invalid
from cloudctl.ports.unit_of_work import UnitOfWork

HIGHEST = 4094


def take_vlan(uow: UnitOfWork, zone_code: str, cloud_code: str, prefix: Prefix) -> None:
    """Reserves a VLAN of the zone for the prefix's network, where the cloud needs one.

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
    uow.prefixes.take_vlan(prefix, cloud=cloud_code, first=zone.vlan_first, last=zone.vlan_last)


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
