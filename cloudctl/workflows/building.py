"""Build all of a kind, or remove all of it: the same way for servers, volumes, networks and addresses.

Building is safe to repeat at any point: everything is looked for first, what an earlier run may have sent until the
backend's list has settled, and only what is then still absent is created.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar
from uuid import UUID

from cloudctl.domain.errors import BackendError, Failed, Unreachable
from cloudctl.domain.resources import Resource
from cloudctl.ports.context import Context
from cloudctl.services import deliveries
from cloudctl.services.deliveries import Delivery
from cloudctl.workflows.attempts import PASSING, gravest, insist, pause, poll, quietly_absent
from cloudctl.workflows.objects import BuildingSite, Fact, Handler, Site

A = TypeVar("A")
R = TypeVar("R")


def open_sites(ctx: Context, order_id: UUID) -> list[BuildingSite]:
    """The order's sites, one a cloud; raises Failed before all tenants are known."""
    return [site_of(ctx, delivery) for delivery in deliveries.load(ctx, order_id)]


def site_of(ctx: Context, delivery: Delivery) -> BuildingSite:
    """Connects to a delivery's cloud; raises Failed before the tenant is known."""
    if delivery.tenant is None:
        raise Failed("The department has no project on {cloud}.", cloud=delivery.cloud.code)
    return BuildingSite(
        ctx=ctx, provider=ctx.clouds.provider(delivery.cloud), tenant=delivery.tenant, delivery=delivery
    )


def build(site: BuildingSite, handler: Handler) -> dict[UUID, Fact]:
    """All of the order's resources of the kind, ready in the cloud, their backend ids on record."""
    ctx, order_id = site.ctx, site.delivery.order.id
    wanted = {resource.id: resource for resource in site.delivery.of(handler.KIND)}
    if not wanted:
        return {}
    tried = deliveries.mark_building(ctx, order_id, wanted)
    # Looked for whatever the record says: one that was restored from a backup may know less than the cloud.
    found = dict(insist(ctx, lambda: handler.find(site, list(wanted))))
    if tried - found.keys():
        found |= settle(site, handler, tried)
    missing = [resource for key, resource in wanted.items() if not _whole(handler, found.get(key))]
    made, errors = side_by_side(ctx, lambda resource: _create(site, handler, resource), missing)
    found |= {resource.id: fact for resource, fact in made}
    deliveries.keep_backend_ids(ctx, order_id, {key: fact.backend_id for key, fact in found.items()}, handler.BUILT)
    if errors:
        raise gravest(errors)
    return await_ready(site, handler, found)


def await_ready(site: Site, handler: Handler, found: Mapping[UUID, Fact]) -> dict[UUID, Fact]:
    """Polls, one call for all, until every object is ready; raises Failed with the backend's words for a faulty one."""
    facts = dict(found)

    def look() -> dict[UUID, Fact] | None:
        unfinished = [key for key, fact in facts.items() if not handler.ready(fact)]
        if unfinished:
            facts.update(handler.find(site, unfinished))
        faults = [fault for fact in facts.values() if (fault := handler.fault(fact))]
        if faults:
            raise Failed("{faults}", faults="; ".join(faults))
        return facts if all(handler.ready(fact) for fact in facts.values()) else None

    return poll(site.ctx, look, handler.KIND.KIND.value)


def settle(site: Site, handler: Handler, keys: Collection[UUID]) -> Mapping[UUID, Fact]:
    """Looks for objects that may exist, until all are found or the backend's list has had time to settle."""
    ctx = site.ctx
    deadline = ctx.clock.monotonic_s() + ctx.limits.settle_s
    while True:
        found = insist(ctx, lambda: handler.find(site, keys))
        if len(found) == len(set(keys)) or ctx.clock.monotonic_s() >= deadline:
            return found
        ctx.clock.sleep(ctx.limits.poll_s)


def remove(site: BuildingSite, handler: Handler) -> None:
    """Removes whatever the order may have made of the kind, and waits until the cloud confirms."""
    ctx, order_id = site.ctx, site.delivery.order.id
    resources = site.delivery.of(handler.KIND)
    known = {resource.id: resource.backend_id for resource in resources if resource.backend_id is not None}
    # Also what the record says was never built: a restored backup may know less than the cloud.
    sought = {resource.id for resource in resources} - known.keys()
    facts = dict(insist(ctx, lambda: handler.find(site, list(sought)))) if sought else {}
    unsure = {resource.id for resource in resources if resource.state != "planned"} & (sought - facts.keys())
    if unsure:
        facts |= settle(site, handler, unsure)
    known |= {key: fact.backend_id for key, fact in facts.items()}
    remove_objects(site, handler, known)
    deliveries.undo(ctx, order_id, [resource.id for resource in resources])


def remove_objects(site: Site, handler: Handler, objects: Mapping[UUID, str]) -> None:
    """Deletes objects by backend id, side by side, and waits until the cloud's list no longer has them."""
    if not objects:
        return
    ctx = site.ctx

    def delete(backend_id: str) -> None:
        insist(ctx, lambda: quietly_absent(lambda: handler.delete(site, backend_id)))

    _, errors = side_by_side(ctx, delete, objects.values())
    if errors:
        raise gravest(errors)
    poll(ctx, lambda: None if handler.find(site, list(objects)) else True, f"deletion of {len(objects)} objects")


def _create(site: BuildingSite, handler: Handler, resource: Resource) -> Fact:
    """Creates one object; whenever an attempt may have left something, it looks before it creates again."""
    ctx = site.ctx
    unsure = PASSING if handler.IN_PARTS else (Unreachable,)
    for attempt in range(ctx.limits.retry_attempts):
        try:
            return _send(site, handler, resource)
        except unsure as error:
            found = settle(site, handler, [resource.id]).get(resource.id)
            if _whole(handler, found):
                return found
            if attempt == ctx.limits.retry_attempts - 1:
                raise
            pause(ctx, attempt, error)
    raise AssertionError("limits.retry_attempts is at least 1")


def _send(site: BuildingSite, handler: Handler, resource: Resource) -> Fact:
    """The create itself. What is made in parts is not simply sent again: its first part may stand, not yet listed."""
    if handler.IN_PARTS:
        return handler.create(site, resource)
    return insist(site.ctx, lambda: handler.create(site, resource), again_if_unknown=False)


def _whole(handler: Handler, fact: Fact | None) -> bool:
    """Whether there is nothing more to create."""
    return fact is not None and (not handler.IN_PARTS or handler.ready(fact) or handler.fault(fact) is not None)


def side_by_side(
    ctx: Context, act: Callable[[A], R], arguments: Iterable[A]
) -> tuple[list[tuple[A, R]], list[BackendError]]:
    """Runs `act` for all arguments on a bounded pool; answers what succeeded and what failed, both complete."""
    todo = list(arguments)
    done: list[tuple[A, R]] = []
    errors: list[BackendError] = []
    if not todo:
        return done, errors
    with ThreadPoolExecutor(max_workers=min(ctx.limits.parallel, len(todo))) as pool:
        # A copy of the context each: log lines of a thread name the workflow and step as well.
        futures = [(argument, pool.submit(copy_context().run, act, argument)) for argument in todo]
        for argument, future in futures:
            try:
                done.append((argument, future.result()))
            except BackendError as error:
                errors.append(error)
    return done, errors
