"""What can still be restored, and in what words it is refused when it cannot: since when it is gone, what remains."""

from __future__ import annotations

from cloudctl.domain.addresses import Address
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict
from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.ports.unit_of_work import UnitOfWork


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
