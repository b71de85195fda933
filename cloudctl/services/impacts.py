"""What depends on a host, a cloud, a network or a storage, from what is on record, with a draft for each department.

told = of(ctx, request, ImpactKind.HOST, "compute-7")
told.departments[0].draft["zh_CN"]            # nothing is sent: a person reads it first
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Forbidden, NotFound
from cloudctl.domain.impacts import ImpactKind
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.lifecycle_apps import OPEN
from cloudctl.domain.signals import Sentence
from cloudctl.governance.impact.planner import (
    Affected,
    AppFact,
    Impact,
    Placed,
    ServerFact,
    Snapshot,
    SystemFact,
    assess,
)
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork

DRAFT = mark(
    "To {department}: work on {name} is planned. These systems and applications of yours may be out of service while "
    "it lasts: {affected}. Please tell us in good time what speaks against it. The time is announced separately."
)
PAGE = 500
Words = dict[str, str]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A system or an application that is affected; `direct`: by something of its own, `reasons` by locale."""

    id: UUID
    code: str
    name: str
    department: str
    contact: str
    direct: bool
    reasons: list[Words]


class DepartmentTold(msgspec.Struct, frozen=True, kw_only=True):
    """A department, who is called for its systems, and the draft of its notice by locale."""

    code: str
    name: str
    contacts: list[str]
    draft: Words


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Who is affected. `strangers` are servers that are hit and on nobody's record."""

    kind: str
    name: str
    servers: list[str]
    strangers: list[str]
    systems: list[Told]
    apps: list[Told]
    departments: list[DepartmentTold]


def of(ctx: Context, request: Request, kind: ImpactKind, name: str) -> Report:
    """Who is affected; raises NotFound where nothing of that name carries a server, Forbidden for departments."""
    request.actor.require(Permission.INVENTORY_READ)
    if not request.actor.sees_all:
        raise Forbidden("What depends on a host is shown to the office.", way_out="Ask the office.")
    servers = {row.id: row for row in _servers(ctx)}
    with ctx.unit_of_work(request) as uow:
        found = assess(_snapshot(uow, kind, name, servers))
        if not found.known:
            raise NotFound(
                "No server depends on a {kind} {name}.", field="name",
                way_out="See the names: cloudctl inventory list.", kind=kind.value, name=name,
            )  # fmt: skip
        return _report(uow, found)


def _servers(ctx: Context) -> Iterator[ServerFact]:
    cursor = None
    while True:
        page = ctx.queries.servers.page(None, {}, PageAsk(limit=PAGE, cursor=cursor))
        rows: list[object] = page.items
        for row in rows:
            yield msgspec.convert(row, ServerFact, from_attributes=True)
        if page.next is None:
            return
        cursor = page.next


def _snapshot(uow: UnitOfWork, kind: ImpactKind, name: str, servers: dict[UUID, ServerFact]) -> Snapshot:
    clouds = [cloud.code for cloud in uow.clouds.all()]
    kinds = [ObjectKind.SERVER]
    kinds += {ImpactKind.NETWORK: [ObjectKind.NETWORK], ImpactKind.STORAGE: [ObjectKind.VOLUME]}.get(kind, [])
    objects = [
        Placed(cloud=code, object=recorded.object, server_id=recorded.resource_id)
        for code in clouds
        if kind is not ImpactKind.CLOUD or code == name
        for each in kinds
        for recorded in uow.inventory.of(code, kind=each)
    ]
    there: dict[UUID, list[UUID]] = {}
    for taken in uow.apps.taken():
        there.setdefault(taken.app_id, []).append(taken.host_id)
    apps = [uow.apps.get(key) for key in there]
    systems = uow.systems.some([key for _, (key, _) in sorted(uow.systems.codes().items())])
    return Snapshot(
        kind=kind, name=name, objects=objects, servers=servers, needs=uow.dependencies.graph(),
        systems={
            one.id: SystemFact(
                id=one.id, code=one.code, name=one.name, department_id=one.department_id,
                contact=" ".join(filter(None, (one.contact_name, one.contact_phone))),
            )
            for one in systems
            if not one.ended
        },
        apps=[
            AppFact(
                id=app.id, code=app.code, name=app.name, system_id=app.system_id, department_id=app.department_id,
                servers=tuple(there[app.id]),
            )
            for app in apps
            if app.state in OPEN
        ],
    )  # fmt: skip


def _report(uow: UnitOfWork, found: Impact) -> Report:
    departments = {key: uow.departments.get(key) for key in found.departments}
    codes = {key: department.code for key, department in departments.items()}
    told = []
    for key, department in departments.items():
        mine = [one for one in (*found.systems, *found.apps) if one.department_id == key]
        own = [f"{one.name} ({one.code})" for one in mine]
        own += [server.name for server in found.servers if server.department_id == key and not mine]
        params = {"department": department.name, "name": found.name, "affected": "、".join(dict.fromkeys(own))}
        told.append(
            DepartmentTold(
                code=department.code, name=department.name, draft=Sentence(DRAFT, params).words,
                contacts=sorted({one.contact for one in mine if one.contact}),
            )
        )  # fmt: skip
    return Report(
        kind=found.kind.value, name=found.name, servers=[server.name for server in found.servers],
        strangers=list(found.strangers), systems=[_told(one, codes) for one in found.systems],
        apps=[_told(one, codes) for one in found.apps], departments=sorted(told, key=lambda one: one.code),
    )  # fmt: skip


def _told(one: Affected, codes: dict[UUID, str]) -> Told:
    return Told(
        id=one.id, code=one.code, name=one.name, department=codes[one.department_id], contact=one.contact,
        direct=one.direct, reasons=[reason.words for reason in one.reasons],
    )  # fmt: skip
