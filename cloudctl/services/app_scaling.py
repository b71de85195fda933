"""An application on several hosts, behind a balancer: which hosts come and go, and what the balancer is told.

scale(ctx, request, app_id, hosts=3)       # by people
why = place(ctx, act_id)                   # the places of what comes; what goes is marked as leaving
balanced(ctx, work)                        # what comes serves

What comes is on record as not ready until the balancer passes on to it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.apps import App, AppPlace, Words
from cloudctl.domain.blueprints import HttpCheck
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.freezes import Bound
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_changes, app_places, authorities
from cloudctl.services.app_acts import begin
from cloudctl.services.app_runs import Work
from cloudctl.services.app_steps import reported
from cloudctl.services.deliveries import platform_request

MOST = 16
NO_MORE_ROOM = mark("Only {count} of {wanted} hosts have room for {code} in the zone {zone}.")
NO_BALANCER = mark(
    "The zone {zone} has no shared host in service that is free for a balancer: nothing else may serve there."
)


def scale(ctx: Context, request: Request, app_id: UUID, *, hosts: int, expected_version: int | None = None) -> App:
    """Has it stand on so many hosts, behind a balancer from two on."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        blueprint = ctx.blueprints.named(app.blueprint)
        if not blueprint.scales:
            raise Conflict(
                "{code} cannot stand on several hosts: its content is on one.",
                field="hosts",
                way_out="Name a larger size, or an application whose blueprint scales: cloudctl apps catalogue.",
                code=app.code,
            )
        if hosts == app.instances:
            raise Conflict(
                "{code} stands on {count} hosts.", way_out="Name another number.", code=app.code, count=hosts
            )
        return begin(uow, app, ActKind.SCALE, event="scale", to_release=app.release, arguments={"hosts": hosts})

    if not 1 <= hosts <= MOST:
        raise Invalid("It stands on 1 to {most} hosts.", field="hosts", way_out="Name a number of them.", most=MOST)
    return app_changes.done(ctx, request, app_id, expected_version, prepared, needs_store=True, bound=Bound.MIGRATIONS)


def place(ctx: Context, act_id: UUID) -> Words | None:
    """The places of what comes are on record, and what goes is leaving; the reason where there is no room."""
    with reported(ctx, str(act_id)) as uow:
        act = uow.app_acts.get(act_id)
        app, wanted = uow.apps.lock(act.app_id), int(act.arguments["hosts"])
        instances = [each for each in uow.apps.places(app.id) if not each.balancer]
        balancers = [each for each in uow.apps.places(app.id) if each.balancer]
        why = _more(ctx, uow, app, len(instances), wanted, balancer=not balancers)
        if why is None:
            for each in (*instances[wanted:], *(balancers if wanted == 1 else ())):
                each.leaving = True
        return None if why is None else why.words


def _more(
    ctx: Context, uow: UnitOfWork, app: App, has: int, wanted: int, *, balancer: bool
) -> Sentence | None:  # fmt: skip
    """Takes what is missing, the balancer last, for it needs a host of its own; gives all back where one is missing."""
    taken: list[AppPlace | None] = []
    for _ in range(has, wanted):
        apart = [each.host_id for each in uow.apps.places(app.id)]
        taken.append(app_places.take(ctx, uow, app, apart=apart))
    why = Sentence(
        NO_MORE_ROOM, {"count": wanted - taken.count(None), "wanted": wanted, "code": app.code, "zone": app.zone}
    )
    if None not in taken:
        taken.append(app_places.take_balancer(uow, app) if balancer and wanted > 1 else None)
        if taken[-1] is not None or not balancer or wanted == 1:
            return None
        why = Sentence(NO_BALANCER, {"zone": app.zone})
    for each in taken:
        if each is not None:
            uow.apps.leave(each)
    return why


def coming(work: Work) -> list[AppPlace]:
    """Where it does not serve yet."""
    return [place for place in work.standing if not place.ready]


def going(work: Work) -> list[AppPlace]:
    """Where it is to serve no longer; no balancer."""
    return [place for place in work.places if place.leaving and not place.balancer]


def balancers(work: Work) -> list[AppPlace]:
    """What passes on to it, or is to do so no longer."""
    return [place for place in work.places if place.balancer]


def tell(ctx: Context, work: Work) -> None:
    """The balancer knows of it from here on, or may."""
    with reported(ctx, str(work.act.id)) as uow:
        for each in uow.apps.places(work.app.id):
            each.ready = each.ready or each.balancer


def balanced(ctx: Context, work: Work) -> None:
    """The balancer passes on to all that stand."""
    with reported(ctx, str(work.act.id)) as uow:
        for each in uow.apps.places(work.app.id):
            if not each.leaving:
                each.ready = True


def nobody(ctx: Context, work: Work, at: Collection[AppPlace]) -> dict[str, Any]:
    """As `told`, for a balancer that is to know nothing of it any more."""
    return {**told(ctx, work, at), "backends": []}


def told(
    ctx: Context, work: Work, at: Collection[AppPlace], *, drained: UUID | None = None
) -> dict[str, Any]:  # fmt: skip
    """What the playbook balance_app takes for the balancers `at`: who serves, who is drained, and how that is seen."""
    app, blueprint = work.app, work.blueprint
    check = next((check for check in blueprint.checks if isinstance(check, HttpCheck)), HttpCheck(name="page"))
    port = blueprint.port if app.certificate else blueprint.plain_port
    roots = authorities.trusted_tls(ctx, platform_request(f"app:{app.id}")) if app.certificate else ""
    return {
        "code": app.code,
        "instance": app.instance,
        "address": app.address,
        "hosts": [work.targets[host].alias for host in work.hosts(at)],
        "backends": [
            {"name": work.targets[host].alias, "address": work.targets[host].address, "port": port}
            | ({"drained": True} if host == drained else {})
            for host in work.hosts(work.standing)
        ],
        "check_path": check.path,
        "check_status": check.status,
        "certificate": app.certificate or "",
        "root_certificate": roots,
    }
