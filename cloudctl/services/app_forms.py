"""What somebody fills in to have an application, and the application that it makes, judged by the policies.

app = entered(ctx, uow, form, owner)         # on record, with its system; raises Invalid or PolicyDenied
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.apps import App, check_code, instance_of
from cloudctl.domain.blueprints import Blueprint
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import check_declared, refuse_secret
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, Invalid, NotFound, PolicyDenied
from cloudctl.domain.evidence import EvidenceKind
from cloudctl.domain.policies import Ruling
from cloudctl.domain.systems import System
from cloudctl.hosting.parameters import fill
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import systems

USUAL_MLPS = 2
"""The level of a system that is put on record together with its application, unless it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppForm:
    """What is asked for. What is left out is taken from the blueprint: its newest release, its first size, defaults.

    Without a `code` it has its department's and the blueprint's; without a `system_id` a system of that code is put on
    record with it, at `mlps_level`, which takes the declaration that no state secrets are handled. With `own` it gets
    servers of its own: those of the order `order_id`, once that is delivered, or others of its system.
    """

    blueprint: str
    zone: str
    code: str | None = None
    name: str | None = None
    system_id: UUID | None = None
    mlps_level: int | None = None
    release: str | None = None
    size: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cloud: str | None = None
    own: bool = False
    order_id: UUID | None = None
    exposed: bool = False
    owner: str = ""
    no_state_secrets: bool | None = None


def check_words(form: AppForm) -> None:
    """Raises Invalid for what carries a marking of secrecy, before anything of it is kept."""
    texts = {"name": form.name or "", "owner": form.owner}
    texts |= {f"parameters.{name}": value for name, value in form.parameters.items() if isinstance(value, str)}
    refuse_secret(form.no_state_secrets, texts)
    if form.system_id is None:
        check_declared(form.no_state_secrets, texts)


def code_of(form: AppForm, department: Department) -> str:
    """The code that the application is to have; raises Invalid."""
    code = form.code or f"{department.code.lower()}-{form.blueprint}"
    check_code(code)
    return code


def entered(ctx: Context, uow: UnitOfWork, form: AppForm, department: Department) -> tuple[App, Ruling]:
    """The application, on record in the caller's transaction, and what the policies say to it.

    Raises Invalid for a field that cannot be, Conflict for a code that is taken, PolicyDenied.
    """
    blueprint = ctx.blueprints.named(form.blueprint)
    code = code_of(form, department)
    if uow.apps.by_code(code) is not None:
        raise Conflict(
            "There is an application {code} already.",
            field="code",
            way_out="Choose another code, or look at that one.",
            code=code,
        )
    size = blueprint.size(form.size or blueprint.sizes[0].code)
    release = blueprint.release(form.release or blueprint.latest.version)
    name = (form.name or "").strip() or f"{department.name} {blueprint.title['zh_CN']}"
    _check_zone(uow, form.zone)
    app = App(
        code=code,
        name=name,
        department_id=department.id,
        system_id=department.id,
        blueprint=blueprint.name,
        wanted=release.version,
        size=size.code,
        parameters=fill(blueprint, _titled(blueprint, name, form.parameters)),
        zone=form.zone,
        instance=instance_of(code),
        address=f"{code}.{ctx.names.zone}",
        quota_mib=size.quota_mib,
        memory_mib=size.memory_mib,
        own=form.own or form.order_id is not None,
        cloud=form.cloud,
        order_id=_order(uow, form, department),
        exposed=form.exposed,
        owner=form.owner.strip(),
        asked_by=uow.actor.account_id,
        created_at=uow.now,
    )
    system = _system(uow, form, app, department)
    app.system_id = system.id
    ruling = judged(ctx, uow, app, system)
    uow.apps.add(app)
    return app, ruling


def judged(ctx: Context, uow: UnitOfWork, app: App, system: System) -> Ruling:
    """What the policies say to an application as it is to be; raises PolicyDenied."""
    ruling = ctx.app_rules.judge(_facts(ctx, uow, app, system))
    denials = [finding for finding in ruling.findings if finding.effect == "deny" and finding.in_force]
    if denials:
        raise PolicyDenied(
            "Policies refuse this application: {rules}.",
            field=denials[0].field,
            way_out="Change what the rules name, or ask the office for an exemption, which ends.",
            findings=[msgspec.to_builtins(finding) for finding in ruling.findings],
            rules=", ".join(finding.rule for finding in denials),
        )
    return ruling


def _titled(blueprint: Blueprint, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A title that is asked for and not given is the application's name."""
    wants = "title" in blueprint.parameters.get("required", ())
    return {**({"title": name} if wants else {}), **given}


def _check_zone(uow: UnitOfWork, zone: str) -> None:
    try:
        uow.catalogue.zone(zone)
    except NotFound as error:
        error.field = "zone"
        raise


def _order(uow: UnitOfWork, form: AppForm, department: Department) -> UUID | None:
    """The order whose servers it is to have: one of the same department, that has not ended without any."""
    if form.order_id is None:
        return None
    order = uow.orders.get(form.order_id)
    uow.actor.require_sight(order.department_id, "order", form.order_id)
    if order.department_id != department.id or order.state in {"failed", "cancelled", "rejected", "refused"}:
        raise Invalid(
            "The order {number} brings this department no server.",
            field="order_id",
            way_out="Name an order of the same department that is under way or delivered.",
            number=order.number,
        )
    return order.id


def _system(uow: UnitOfWork, form: AppForm, app: App, department: Department) -> System:
    """The system that it belongs to; without one named, a new one of its code."""
    if form.system_id is None:
        return systems.enter(
            uow,
            department.id,
            {
                "code": app.code, "name": app.name, "mlps_level": form.mlps_level or USUAL_MLPS, "status": "planned",
                "network": app.zone, "contact_name": app.owner or None,
            },
        )  # fmt: skip
    system = uow.systems.get(form.system_id)
    uow.actor.require_sight(system.department_id, "system", form.system_id)
    if system.department_id != department.id:
        raise Invalid(
            "The system {code} belongs to another department.", field="system_id", way_out="Name one of its own.",
            code=system.code,
        )  # fmt: skip
    if system.ended:
        raise Invalid(
            "The system {code} has ended by the register.",
            field="system_id",
            way_out="Name a system that is in use, or correct the register first.",
            code=system.code,
        )
    return system


def _facts(ctx: Context, uow: UnitOfWork, app: App, system: System) -> dict[str, Any]:
    """`policy.facts.AppFacts`."""
    blueprint = ctx.blueprints.named(app.blueprint)
    department, zone = uow.departments.get(app.department_id), uow.catalogue.zone(app.zone)
    today = today_for_people(uow.now)
    report = uow.evidence.newest((EvidenceKind.LAUNCH_REPORT,)).get((system.id, EvidenceKind.LAUNCH_REPORT))
    return {
        "app": {
            "code": app.code, "name": app.name, "blueprint": app.blueprint, "release": app.wanted, "size": app.size,
            "zone": app.zone, "own": app.own, "exposed": app.exposed, "owner": app.owner, "instances": app.instances,
        },
        "blueprint": {
            "zones": list(blueprint.rules.zones), "max_mlps_level": blueprint.rules.max_mlps_level,
            "internet": blueprint.rules.internet, "scales": blueprint.scales,
        },
        "department": {"code": department.code, "name": department.name, "level": department.level.value},
        "system": {
            "code": system.code, "name": system.name, "mlps_level": system.mlps_level,
            "classification": system.classification or "", "xinchuang": system.xinchuang,
        },
        "filings": {"mlps": system.mlps_filing_number or "", "icp": system.icp_number or ""},
        "launch_report": {"counts": report is not None and report.holds and report.counts_at(uow.now)},
        "zone": {"code": zone.code, "max_mlps_level": zone.max_mlps_level, "xinchuang": zone.xinchuang},
        "today": today.isoformat(),
        "exemptions": [
            {"rule": exemption.rule, "id": str(exemption.id)}
            for exemption in uow.exemptions.in_force(app.department_id, uow.now)
            if exemption.lifts(exemption.rule, app.department_id, system.id, today)
        ],
    }  # fmt: skip


WAITS_FOR_OFFICE = mark("Policies ask for the office's approval: {rules}.")
