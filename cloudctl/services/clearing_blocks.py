"""What stands in the way of a deletion, asked at the proposal, at the confirmation, and before the first act."""

from __future__ import annotations

from cloudctl.domain.clearings import Clearing
from cloudctl.domain.errors import Conflict
from cloudctl.domain.purposes import PURPOSES
from cloudctl.domain.servers import Server
from cloudctl.governance.zombies.use import profile_for
from cloudctl.messages import mark
from cloudctl.ports.unit_of_work import UnitOfWork

Block = tuple[str, str, dict[str, str]]
"""What it is, the way out, and what fills the placeholders of both."""


def refuse_blocked(uow: UnitOfWork, clearing: Clearing) -> None:
    """Raises Conflict, naming it, while something stands in the way of a deletion."""
    for message, way_out, params in blocks(uow, clearing):
        raise Conflict(message, field="system_id", way_out=way_out, **params)


def blocks(uow: UnitOfWork, clearing: Clearing) -> list[Block]:
    """Who uses its data (一数一源), an exemption, a purpose that is never cleared, protected servers, new ones."""
    return [
        *_consumers(uow, clearing), *_spared(uow, clearing), *_protected(uow, clearing), *_grown(uow, clearing)
    ]  # fmt: skip


def _consumers(uow: UnitOfWork, clearing: Clearing) -> list[Block]:
    found = []
    for one in uow.dependencies.of(clearing.system_id):
        consumer = uow.systems.get(one.system_id)
        if one.on_id == clearing.system_id and not consumer.ended:
            what = mark("The system {system} is registered as a consumer of its data.")
            way_out = mark("Give it another source and take the dependency off: `cloudctl dependencies remove`.")
            found.append((what, way_out, {"system": f"{consumer.code} {consumer.name}"}))
    return found


def _spared(uow: UnitOfWork, clearing: Clearing) -> list[Block]:
    found = []
    exemption = uow.zombie_exemptions.in_force(clearing.system_id, uow.now)
    if exemption is not None:
        day = {"day": str(exemption.ends_on)}
        found.append((mark("It is exempted until {day}."), mark("Wait, or have the exemption ended."), day))
    policy = uow.campaigns.get(clearing.campaign_id).policy
    last = {one.server_id: one.purpose for one in uow.purposes.of_system(clearing.system_id)}
    for purpose in last.values():
        if not profile_for(policy, purpose).cleared:
            kind = {"kind": PURPOSES[purpose]}
            found.append((mark("It was declared as {kind}, which is never deleted."), mark("Restore it."), kind))
    return found


def _protected(uow: UnitOfWork, clearing: Clearing) -> list[Block]:
    found = uow.resources.lock_all(clearing.servers)
    way_out = mark("Have its department take the protection off.")
    return [
        (mark("{name} is protected."), way_out, {"name": server.name})
        for server in found
        if isinstance(server, Server) and server.protected
    ]


def _grown(uow: UnitOfWork, clearing: Clearing) -> list[Block]:
    """A system that has servers beside those judged is at work elsewhere: it is not closed on record."""
    found = uow.resources.of_system(clearing.system_id)
    way_out = mark("Release them or give them to another system; or restore the case.")
    return [
        (mark("{name} belongs to the system, and no verdict has judged it."), way_out, {"name": server.name})
        for server in found
        if isinstance(server, Server) and server.state == "active" and server.id not in clearing.servers
    ]
