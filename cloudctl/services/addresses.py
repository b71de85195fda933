"""The address plan: supernets of the zones."""

from __future__ import annotations

from ipaddress import ip_network

from cloudctl.domain.accounts import Permission
from cloudctl.domain.addresses import Supernet
from cloudctl.domain.errors import Invalid
from cloudctl.ports.context import Context, Request


def add_supernet(ctx: Context, request: Request, *, zone: str, cidr: str) -> Supernet:
    """Adds a block to a zone; raises Invalid for a malformed block, Conflict when it overlaps any zone's."""
    request.actor.require(Permission.CATALOGUE_WRITE)
    try:
        network = ip_network(cidr)
    except ValueError as error:
        raise Invalid(
            "{cidr} is not a network: {error}.",
            field="cidr",
            way_out="Write it as 10.8.0.0/16 or fd00:8::/48, host bits zero.",
            cidr=cidr,
            error=str(error),
        ) from None
    with ctx.unit_of_work(request) as uow:
        uow.catalogue.zone(zone)
        supernet = Supernet(zone=zone, cidr=str(network))
        uow.prefixes.add_supernet(supernet)
        uow.audit("create/supernet", "supernet", supernet.id, after={"zone": zone, "cidr": supernet.cidr})
        return uow.answer(supernet)


def supernets(ctx: Context, request: Request, *, zone: str | None = None) -> list[Supernet]:
    """The blocks of a zone, or of all."""
    request.actor.require(Permission.CATALOGUE_READ)
    with ctx.unit_of_work(request) as uow:
        return list(uow.prefixes.supernets(zone))
