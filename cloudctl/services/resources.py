"""Resources after delivery: looked at, switched, restored within their retention, purged after it."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.addresses import Address
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.freezes import Bound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.clouds import Provider
from cloudctl.ports.context import Context, Request
from cloudctl.ports.repositories.resources import Resources
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import freezes
from cloudctl.services.deliveries import platform_request
from cloudctl.services.evaluations import addresses_of
from cloudctl.services.replays import keep, replay
from cloudctl.services.retention import end, refuse_gone

Kind = TypeVar("Kind", bound=Resource)


def get(ctx: Context, request: Request, kind: type[Kind], resource_id: UUID) -> Kind:
    """One resource of what the actor sees, of this kind (`Resource`: of any); raises NotFound for another kind."""
    what = "resource" if kind is Resource else kind.KIND.value
    request.actor.require(Permission.RESOURCES_READ)
    with ctx.unit_of_work(request) as uow:
        resource = uow.resources.get(resource_id)
    request.actor.require_sight(resource.department_id, what, resource_id)
    if not isinstance(resource, kind):
        raise missing(what, resource_id)
    return resource


def console(ctx: Context, request: Request, server_id: UUID) -> str:
    """A short-lived console address of a running server; put on the audit trail."""
    plain = replay(ctx, request)
    server, provider, tenant = _reach(ctx, plain, server_id, "read/console")
    return keep(ctx, request, provider.servers.console_url(tenant, server.backend_id or ""))


def start(ctx: Context, request: Request, server_id: UUID) -> Server:
    """Switches a server on; on already is done."""
    return _switch(ctx, request, server_id, "on")


def stop(ctx: Context, request: Request, server_id: UUID) -> Server:
    """Switches a server off; off already is done."""
    return _switch(ctx, request, server_id, "off")


def snapshot(ctx: Context, request: Request, server_id: UUID, name: str) -> str:
    """Starts an image of a server; answers the image's id in the cloud."""
    plain = replay(ctx, request)
    server, provider, tenant = _reach(ctx, plain, server_id, "create/snapshot")
    return keep(ctx, request, provider.servers.snapshot(tenant, server.backend_id or "", new_id(), name))


def restore(ctx: Context, request: Request, resource_id: UUID) -> Resource:
    """Queues the restoring of a retained resource; it becomes active again when the cloud confirms.

    Each asking is a try of its own: one that failed can be asked for again, and two side by side do what one does.
    """
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        resource = uow.resources.lock(resource_id)
        request.actor.require_sight(resource.department_id, "resource", resource_id)
        refuse_gone(uow, resource)
        for returning in _returning(uow, resource):
            # The purge does not overtake a restore that is under way.
            returning.purge_after = max(returning.purge_after or uow.now, uow.now + timedelta(days=1))
        uow.audit("start/restore", resource.KIND.value, resource.id, department_id=resource.department_id)
        uow.start("restore_resource", f"restore:{resource.id}:{new_id()}", str(resource.id), queue_key=resource.cloud)
        return uow.answer(resource)


def _returning(uow: UnitOfWork, resource: Resource) -> list[Resource]:
    """What a restore brings back: the resource, and with a server its retained volumes and addresses."""
    others = uow.resources.of_server(resource.id) if isinstance(resource, Server) else ()
    return [resource, *(other for other in others if other.state == "retained")]


def protect(ctx: Context, request: Request, resource_id: UUID) -> Resource:
    """Refuses every release of the resource from now on, and of a server's addresses with it."""
    actor = request.actor
    actor.require(
        Permission.ORDERS_SIGN_OFF if Permission.ORDERS_SIGN_OFF in actor.permissions else Permission.ORDERS_WRITE
    )
    return _guard(ctx, request, resource_id, protected=True, reason=None)


def unprotect(ctx: Context, request: Request, resource_id: UUID, *, reason: str | None = None) -> Resource:
    """Takes the protection off; the department head alone may."""
    request.actor.require(Permission.ORDERS_SIGN_OFF)
    return _guard(ctx, request, resource_id, protected=False, reason=reason)


def _guard(ctx: Context, request: Request, resource_id: UUID, *, protected: bool, reason: str | None) -> Resource:
    with ctx.unit_of_work(request) as uow:
        resource = uow.resources.lock(resource_id)
        request.actor.require_sight(resource.department_id, "resource", resource_id)
        if resource.state in {"released", "undone"}:
            raise Conflict(
                "{name} is {state}.", way_out="Look for what is in use.", name=resource.name, state=resource.state
            )
        for guarded in [resource, *addresses_of(uow, resource)]:
            if guarded.protected is not protected:
                guarded.protected = protected
                uow.audit(
                    "update/protection",
                    guarded.KIND.value,
                    guarded.id,
                    department_id=guarded.department_id,
                    before={"protected": not protected},
                    after={"protected": protected},
                    reason=reason,
                )
        return uow.answer(resource)


def finish_restore(ctx: Context, resource_id: UUID) -> None:
    """The cloud confirmed: active again, a server's addresses with it."""
    with ctx.unit_of_work(platform_request(f"restore:{resource_id}")) as uow:
        resource = uow.resources.lock(resource_id)
        if resource.state != "retained":
            return
        for returning in _returning(uow, resource):
            returning.advance("restore")
            returning.purge_after = None
        if isinstance(resource, Server):
            resource.power = "on"
        uow.audit("update/restore", resource.KIND.value, resource.id, department_id=resource.department_id)


def purge_due(ctx: Context, request: Request) -> int:
    """Queues the purge of what has passed its retention, a network only after its servers; answers how many.

    One try a day and resource: a purge that failed is tried again on the next day, under a new workflow id.
    """
    with ctx.unit_of_work(request) as uow:
        today = today_for_people(uow.now)
        queued = 0
        for resource in uow.resources.due_for_purge(uow.now):
            if isinstance(resource, Network) and uow.resources.on_network(resource.id):
                continue
            if freezes.frozen(uow, {Bound.RELEASES}, resource.zone):
                continue
            if resource.state == "retained":
                resource.advance("purge")
                uow.audit("delete/purge", resource.KIND.value, resource.id, department_id=resource.department_id)
            uow.start("purge_resource", f"purge:{resource.id}:{today}", str(resource.id), queue_key=resource.cloud)
            queued += 1
    return queued


def load(ctx: Context, resource_id: UUID) -> tuple[Resource, Cloud, str, list[Resource]]:
    """A resource with its cloud, the project it stands in, and what belongs to it: volumes and addresses to a server.

    To a volume or an address its server belongs.
    """
    with ctx.unit_of_work(platform_request(str(resource_id))) as uow:
        resource = uow.resources.get(resource_id)
        tenant = uow.tenants.get(resource.department_id, resource.cloud)
        project = resource.tenant or (tenant.backend_id if tenant else None)
        if project is None:
            raise NotFound("There is no tenant of {name}.", name=resource.name)
        return resource, uow.clouds.by_code(resource.cloud), project, _belongings(uow.resources, resource)


def _belongings(resources: Resources, resource: Resource) -> list[Resource]:
    if isinstance(resource, Server):
        return list(resources.of_server(resource.id))
    if isinstance(resource, Volume | Address) and resource.server_id is not None:
        return [resources.get(resource.server_id)]
    return []


def finish_purge(ctx: Context, resource_id: UUID) -> None:
    """The cloud confirmed that it is gone: quota is freed, prefixes cool down, volumes of a server stand alone."""
    with ctx.unit_of_work(platform_request(f"purge:{resource_id}")) as uow:
        resource = uow.resources.lock(resource_id)
        if resource.state != "purging":
            return
        end(ctx, uow, resource, "vanish")


def _switch(ctx: Context, request: Request, server_id: UUID, power: str) -> Server:
    plain = replay(ctx, request)
    server, provider, tenant = _reach(ctx, plain, server_id, f"update/power-{power}")
    act = provider.servers.start if power == "on" else provider.servers.stop
    act(tenant, server.backend_id or "")
    with ctx.unit_of_work(plain) as uow:
        kept = uow.resources.lock(server_id)
        assert isinstance(kept, Server)
        kept.power = power
    return keep(ctx, request, kept)


def _refuse_cleared(uow: UnitOfWork, server: Server) -> None:
    """A server in quarantine is switched on by nobody but who brings all of its system back."""
    clearing = uow.clearings.with_server(server.id)
    if clearing is not None and clearing.off:
        raise Conflict(
            "{name} is in quarantine by case {number}.",
            way_out="Bring its system back: `cloudctl zombies case restore {number}`.",
            name=server.name,
            number=clearing.number,
        )


def _reach(ctx: Context, request: Request, server_id: UUID, action: str) -> tuple[Server, Provider, str]:
    """An active server the actor may act on, its provider and tenant; the act is put on the audit trail first."""
    actor = request.actor
    actor.require(Permission.WORKFLOWS_WRITE if actor.department_id is None else Permission.ORDERS_WRITE)
    server = get(ctx, request, Server, server_id)
    if server.state != "active":
        raise Conflict(
            "{name} is {state}, not active.",
            way_out="Wait until it is active.",
            name=server.name,
            state=server.state,
        )
    with ctx.unit_of_work(request) as uow:
        _refuse_cleared(uow, server)
        cloud = uow.clouds.by_code(server.cloud)
        tenant = uow.tenants.get(server.department_id, server.cloud)
        uow.audit(action, "server", server.id, department_id=server.department_id)
    project = server.tenant or (tenant.backend_id if tenant else None)
    if project is None:
        raise missing("tenant", server.department_id)
    return server, ctx.clouds.provider(cloud), project
