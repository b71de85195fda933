"""Which host an application gets: a shared one with room, or one of its own; without either it waits, with a reason.

place = sought(ctx, uow, app)            # nothing is written; `place.host` None says why in `place.why`
take(ctx, uow, app)                      # on record, under the lock that all placements share
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.hosts import HostLife
from cloudctl.domain.signals import Sentence
from cloudctl.hosting.placing import Place, SharedHost, Wish, plan
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.ports.repositories.apps import HostRoom, Taken
from cloudctl.ports.unit_of_work import UnitOfWork

LOCK = "app places"
NOT_DELIVERED = mark("Its order {number} is {state}; it is deployed once the servers are delivered and enrolled.")
NO_SERVER = mark("Its system has no server of its own in the zone {zone} that is in service and free.")
NO_ROOM = mark(
    "None of the {count} shared hosts has room in the zone {zone}. The office orders one of {vcpu} vCPU, {memory} MiB "
    "of memory and {disk} GiB of disk, and marks it as shared: cloudctl hosts update NAME --shared."
)
OWN_FREE = mark("It is a server of its own that is free.")


def sought(ctx: Context, uow: UnitOfWork, app: App, *, apart: Collection[UUID] = ()) -> Place:
    """The host that it would get now, and why; `apart` are hosts that it must not get."""
    if app.own:
        return _own(uow, app, apart)
    wish = Wish(
        code=app.code, blueprint=app.blueprint, zone=app.zone,
        mlps_level=uow.systems.get(app.system_id).mlps_level, quota_mib=app.quota_mib, memory_mib=app.memory_mib,
        cloud=app.cloud, apart=frozenset(apart),
    )  # fmt: skip
    hosts = snapshot(uow, app.zone)
    (place,) = plan([wish], hosts, ctx.blueprints.blueprints)
    return place


def take(ctx: Context, uow: UnitOfWork, app: App, *, apart: Collection[UUID] = ()) -> AppPlace | None:
    """Puts the place on record that it gets; None where there is none. One placement at a time, everywhere."""
    uow.apps.lock_places()
    place = sought(ctx, uow, app, apart=apart)
    if place.host is None:
        return None
    taken = AppPlace(app_id=app.id, host_id=place.host, created_at=uow.now)
    uow.apps.add_place(taken)
    return taken


def take_scratch(ctx: Context, uow: UnitOfWork, app: App) -> AppPlace | None:
    """Puts the place of a scratch instance on record: on another host with room, else beside it; None: no room."""
    uow.apps.lock_places()
    there = [place.host_id for place in uow.apps.places(app.id)]
    host = sought(ctx, uow, app, apart=there).host
    if host is None and ctx.blueprints.named(app.blueprint).capacity.instances > 1:
        host = sought(ctx, uow, app).host
    if host is None:
        return None
    taken = AppPlace(app_id=app.id, host_id=host, scratch=True, created_at=uow.now)
    uow.apps.add_place(taken)
    return taken


def why_not(ctx: Context, uow: UnitOfWork, app: App) -> Sentence:
    """Why it has no host, and what would give it one."""
    if app.order_id is not None:
        order = uow.orders.get(app.order_id)
        if order.state not in {"delivered", "closed"}:
            return Sentence(NOT_DELIVERED, {"number": order.number, "state": order.state})
    if app.own:
        return Sentence(NO_SERVER, {"zone": app.zone})
    need = ctx.blueprints.named(app.blueprint).capacity
    hosts = sum(room.shared for room in uow.apps.rooms(app.zone))
    return Sentence(
        NO_ROOM,
        {"count": hosts, "zone": app.zone, "vcpu": need.vcpu, "memory": need.memory_mib, "disk": need.disk_gib},
    )


def snapshot(uow: UnitOfWork, zone: str) -> list[SharedHost]:
    """The shared hosts of a zone, with what applications take up on each."""
    rooms, taken = _rooms(uow, zone)
    return [
        _shared(room, taken[room.id])
        for room in rooms
        if room.shared and not any(one.balancer for one in taken[room.id])
    ]  # fmt: skip


def take_balancer(uow: UnitOfWork, app: App) -> AppPlace | None:
    """Puts the place of a balancer on record: a shared host where nothing but balancers stands; None without one.

    A balancer takes the ports of the web, so nothing else that serves there can stand beside it.
    """
    uow.apps.lock_places()
    rooms, taken = _rooms(uow, app.zone)
    free = [
        room
        for room in rooms
        if room.shared and room.life is HostLife.IN_SERVICE and all(one.balancer for one in taken[room.id])
    ]  # fmt: skip
    if not free:
        return None
    host = min(free, key=lambda room: (not taken[room.id], len(taken[room.id]), room.name))
    place = AppPlace(app_id=app.id, host_id=host.id, balancer=True, created_at=uow.now)
    uow.apps.add_place(place)
    return place


def _rooms(uow: UnitOfWork, zone: str) -> tuple[Sequence[HostRoom], dict[UUID, list[Taken]]]:
    """The servers of a zone that are hosts, and what is taken up on each."""
    rooms = uow.apps.rooms(zone)
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    for one in uow.apps.taken([room.id for room in rooms]):
        taken[one.host_id].append(one)
    return rooms, taken


def _shared(room: HostRoom, taken: Sequence[Taken]) -> SharedHost:
    instances: dict[str, int] = defaultdict(int)
    for one in taken:
        instances[one.blueprint] += not one.balancer
    return SharedHost(
        id=room.id, name=room.name, zone=room.zone, mlps_level=room.mlps_level, cloud=room.cloud,
        in_service=room.life is HostLife.IN_SERVICE, files_mib=room.disk_gib * 1024, memory_mib=room.memory_mib,
        instances=dict(instances), taken_files_mib=sum(one.quota_mib for one in taken),
        taken_memory_mib=sum(one.memory_mib for one in taken),
    )  # fmt: skip


def _own(uow: UnitOfWork, app: App, apart: Collection[UUID]) -> Place:
    """One of its own servers: of its order, else of its system; in service, not shared, and nothing else on it."""
    mine = [room for room in uow.apps.rooms(app.zone) if not room.shared and room.life is HostLife.IN_SERVICE]
    if app.order_id is not None:
        mine = [room for room in mine if room.order_id == app.order_id]
    else:
        mine = [room for room in mine if room.system_id == app.system_id]
    others = {one.host_id for one in uow.apps.taken([room.id for room in mine]) if one.app_id != app.id}
    free = [room for room in mine if room.id not in {*others, *apart} and app.cloud in {None, room.cloud}]
    if not free:
        return Place(code=app.code, host=None, why=NO_SERVER, params={"zone": app.zone})
    return Place(code=app.code, host=free[0].id, why=OWN_FREE, params={})
