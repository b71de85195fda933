"""Retention: when it begins, what can still be restored or in what words not, and what follows when it is over."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict
from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.evaluations import addresses_of


def retain(ctx: Context, uow: UnitOfWork, resource: Resource, claim_id: UUID) -> int:
    """Starts the retention of a released resource, and of a server's addresses with it; answers its days.

    `claim_id` is the order, or the finding, that had claimed them.
    """
    level = 1 if resource.system_id is None else uow.systems.get(resource.system_id).mlps_level
    days = ctx.limits.retention.days_for(resource.zone, level)
    until = uow.now + timedelta(days=days)
    for leaving in [resource, *addresses_of(uow, resource)]:
        if leaving.state == "active":
            leaving.advance("release")
        if leaving.state == "releasing":
            leaving.advance("retain")
            leaving.purge_after = until
        leaving.unclaim(claim_id)
    if isinstance(resource, Server):
        resource.power = "off"
    return days


def end(ctx: Context, uow: UnitOfWork, resource: Resource, event: str) -> None:
    """It is gone from the cloud: quota is freed, prefixes cool down, volumes of a server stand alone."""
    resource.advance(event)
    resource.gone_at = uow.now
    uow.quotas.free(resource.department_id, resource.cloud, resource.zone, resource.footprint, order_id=None)
    for other in uow.resources.of_server(resource.id):
        if isinstance(other, Volume):
            other.server_id = None
    for prefix in uow.prefixes.of_network(resource.id):
        prefix.advance("retire")
        prefix.cooling_until = uow.now + timedelta(days=ctx.limits.prefix_cool_down_days)
    uow.audit("delete/vanish", resource.KIND.value, resource.id, department_id=resource.department_id)


def refuse_gone(uow: UnitOfWork, resource: Resource) -> None:
    """Raises Conflict unless the resource is retained, and what it hangs on is there."""
    match resource.state:
        case "retained":
            _refuse_without_server(uow, resource)
        case "purging":
            raise Conflict(
                "The retention of {name} ended on {ended}: it is being deleted.",
                way_out="Of its order there remains: {remains}. Order anew what is gone.",
                name=resource.name,
                ended=_day(resource),
                remains=_remains(uow, resource),
            )
        case "released":
            gone = resource.gone_at or resource.purge_after or uow.now
            raise Conflict(
                "{name} was deleted on {gone}: its retention had ended on {ended}, and it gave back {addresses}.",
                way_out="Of its order there remains: {remains}. Order anew what is gone.",
                name=resource.name,
                gone=str(today_for_people(gone)),
                ended=_day(resource),
                addresses=", ".join(_addresses(resource)) or "-",
                remains=_remains(uow, resource),
            )
        case _:
            raise Conflict(
                "{name} is {state}; only what is retained can be restored.",
                way_out="Ask the office what became of it.",
                name=resource.name,
                state=resource.state,
            )


def _refuse_without_server(uow: UnitOfWork, resource: Resource) -> None:
    """An address needs its server in use again first; a volume may stand alone."""
    if not isinstance(resource, Address):
        return
    server = uow.resources.get(resource.server_id)
    if server.state != "active":
        raise Conflict(
            "{name} belongs to {server}, which is {state}.",
            way_out="Restore the server: its addresses come with it.",
            name=resource.name,
            server=server.name,
            state=server.state,
        )


def _day(resource: Resource) -> str:
    return "-" if resource.purge_after is None else str(today_for_people(resource.purge_after))


def _addresses(resource: Resource) -> list[str]:
    match resource:
        case Server():
            return list(resource.fixed_addresses)
        case Network():
            return [cidr for cidr in (resource.cidr_v4, resource.cidr_v6) if cidr]
        case Address():
            return [resource.address] if resource.address else []
        case _:
            return []


def _remains(uow: UnitOfWork, resource: Resource) -> str:
    """What else of its order the department still has."""
    others = uow.resources.of_order(resource.order_id) if resource.order_id else ()
    names = [
        other.name
        for other in others
        if other.state in {"active", "retained"} and other.department_id == resource.department_id
    ]
    return ", ".join(names) or "-"
