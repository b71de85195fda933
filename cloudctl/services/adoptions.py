"""Adoption (纳管): rules, the dry run, and the office's command that takes what a plan lists.

    planned = plan(ctx, request, rules=["fgw-folder"])              # keeps nothing
    adoption = apply(ctx, request, rules=["fgw-folder"], digest=planned.digest)
    undo(ctx, request, adoption.id)

The command puts the adoption with all it is going to take on record and starts its saga, in one transaction; what the
saga then does stands in `adopting`. Nothing is ever adopted without this command (invariant 3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.adoptions import Adoption, AdoptionRule, Criterion, Taking, Target, taking_id
from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.inventory import ObjectKind
from cloudctl.governance.adoption.plans import Row, Take
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.adoption_plans import Planned, by_rows, by_rules

LANE = "adoptions"


def add_rule(
    ctx: Context,
    request: Request,
    *,
    code: str,
    matches: dict[Criterion, str],
    department_id: UUID,
    system_id: UUID,
    term_months: int,
    zone: str | None = None,
    contact: str = "",
    priority: int = 0,
) -> AdoptionRule:
    """Puts a rule on record; it takes nothing by itself. Raises Invalid naming what is wrong with it."""
    actor = request.actor
    actor.require(Permission.ADOPTIONS_WRITE)
    if actor.account_id is None:
        raise Invalid("A rule is made by a person.", field="created_by", way_out="Log in as the office.")
    with ctx.unit_of_work(request) as uow:
        uow.departments.get(department_id)
        if uow.systems.get(system_id).department_id != department_id:
            raise Invalid("The system is another department's.", field="system_id", way_out="Name one of its own.")
        if zone is not None:
            uow.catalogue.zone(zone)
        if code_of_cloud := matches.get(Criterion.CLOUD):
            uow.clouds.by_code(code_of_cloud)
        rule = AdoptionRule(
            code=code,
            priority=priority,
            matches={criterion: text.strip() for criterion, text in matches.items() if text.strip()},
            department_id=department_id,
            system_id=system_id,
            zone=zone,
            term_months=term_months,
            contact=contact,
            created_by=actor.account_id,
            created_at=uow.now,
        )
        uow.adoption_rules.add(rule)
        uow.audit("create/adoption-rule", "adoption-rule", rule.id, department_id=department_id, after=_told(rule))
        return uow.answer(rule)


def remove_rule(ctx: Context, request: Request, rule_id: UUID) -> AdoptionRule:
    """Takes a rule off the record; what it adopted stays adopted."""
    request.actor.require(Permission.ADOPTIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        rule = uow.adoption_rules.get(rule_id)
        uow.adoption_rules.remove(rule)
        uow.audit(
            "delete/adoption-rule", "adoption-rule", rule.id, department_id=rule.department_id, before=_told(rule)
        )
        return uow.answer(rule)


def plan(ctx: Context, request: Request, *, rules: Collection[str] | None = None, cloud: str | None = None) -> Planned:
    """What these rules, or all, would take of one cloud, or all; keeps nothing. Raises Invalid for an unknown rule."""
    request.actor.require(Permission.ADOPTIONS_READ)
    with ctx.unit_of_work(request) as uow:
        return by_rules(ctx, uow, rules, cloud)


def apply(
    ctx: Context,
    request: Request,
    *,
    rules: Collection[str] | None = None,
    cloud: str | None = None,
    digest: str | None = None,
) -> Adoption:
    """Adopts what these rules take. With `digest`, only when the plan is still the one that was shown.

    Raises Conflict when the plan has changed since, or takes nothing.
    """
    request.actor.require(Permission.ADOPTIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        planned = by_rules(ctx, uow, rules, cloud)
        if digest is not None and digest != planned.digest:
            raise Conflict(
                "The plan is no longer the one that was shown.", field="digest", way_out="Look at it again, then apply."
            )
        if not planned.plan.takes:
            raise Conflict("There is nothing to adopt.", field="rules", way_out="See why: `cloudctl adoptions plan`.")
        made = sorted({take.source for take in planned.plan.takes})
        return uow.answer(enter(uow, planned, source="rules", rules=made))


def adopt_one(ctx: Context, request: Request, object_id: UUID, target: Target) -> Adoption:
    """Adopts one object of the inventory with what goes along; raises Conflict naming why it cannot be."""
    with ctx.unit_of_work(request) as uow:
        return uow.answer(take_one(ctx, uow, object_id, target))


def take_one(ctx: Context, uow: UnitOfWork, object_id: UUID, target: Target) -> Adoption:
    """As `adopt_one`, in the transaction of the decision that it follows from."""
    uow.actor.require(Permission.ADOPTIONS_WRITE)
    found = uow.inventory.get(object_id)
    system = uow.systems.get(target.system_id)
    department = uow.departments.get(target.department_id)
    row = Row(
        row=1,
        cloud=found.cloud,
        native_id=found.object.native_id,
        department=department.code,
        system=system.code,
        zone=target.zone,
        term_months=target.term_months,
        contact=target.contact,
    )
    planned = by_rows(ctx, uow, [row])
    if not planned.plan.takes:
        refusal = planned.plan.refusals[0]
        raise Conflict(refusal.message, field="object_id", way_out=refusal.way_out, **refusal.params)
    return enter(uow, planned, source="drift")


def get(ctx: Context, request: Request, adoption_id: UUID) -> tuple[Adoption, dict[str, int]]:
    """One adoption, and how many of its takings are in each state."""
    request.actor.require(Permission.ADOPTIONS_READ)
    with ctx.unit_of_work(request) as uow:
        return uow.adoptions.get(adoption_id), uow.adoptions.counts(adoption_id)


def undo(
    ctx: Context, request: Request, adoption_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Adoption:
    """Takes an adoption back: records withdrawn, ledger un-booked, keys taken off.

    What was changed, claimed or built upon since stays adopted, and its taking says why. Raises Refused where the
    state does not allow it.
    """
    request.actor.require(Permission.ADOPTIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        uow.check_version(adoption, expected_version)
        adoption.advance("undo")
        _start(uow, adoption, "undo_adoption")
        uow.audit("start/undo-adoption", "adoption", adoption.id, after={"number": adoption.number}, reason=reason)
        return uow.answer(adoption)


def retry(ctx: Context, request: Request, adoption_id: UUID) -> Adoption:
    """Has an adoption, or its undoing, tried again that waits for an operator."""
    actor = request.actor
    actor.require(Permission.ADOPTIONS_WRITE if actor.holds(Permission.ADOPTIONS_WRITE) else Permission.WORKFLOWS_WRITE)
    with ctx.unit_of_work(request) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        saga = "undo_adoption" if adoption.state == "undoing" else "adopt_resources"
        adoption.advance("retry")
        _start(uow, adoption, saga)
        uow.audit("start/retry", "adoption", adoption.id, after={"number": adoption.number})
        return uow.answer(adoption)


def enter(
    uow: UnitOfWork,
    planned: Planned,
    *,
    source: str,
    rules: Sequence[str] = (),
    digest: str | None = None,
    rejected: Sequence[dict[str, object]] = (),
) -> Adoption:
    """Puts an adoption on record with all that it is going to take, and starts its saga."""
    actor = uow.actor
    if actor.account_id is None:
        raise Invalid("An adoption is commanded by a person.", field="asked_by", way_out="Log in as the office.")
    adoption = Adoption(
        number=uow.adoptions.next_number(today_for_people(uow.now).year),
        source=source,
        rules=list(rules),
        digest=digest,
        rejected=list(rejected),
        asked_by=actor.account_id,
        attempt=0,
        created_at=uow.now,
    )
    uow.adoptions.add(adoption)
    uow.adoptions.add_takings(_takings(uow, adoption, planned.plan.takes))
    uow.audit(
        "create/adoption",
        "adoption",
        adoption.id,
        after={
            "number": adoption.number,
            "source": source,
            "rules": list(rules),
            "plan": planned.digest,
            "takes": len(planned.plan.takes),
            "rejected": len(rejected),
        },
    )
    _start(uow, adoption, "adopt_resources")
    return adoption


def _takings(uow: UnitOfWork, adoption: Adoption, takes: Sequence[Take]) -> Iterable[Taking]:
    today = today_for_people(uow.now)
    ends = {months: add_months(today, months) for months in {take.term_months for take in takes}}
    for position, take in enumerate(takes):
        yield Taking(
            id=taking_id(adoption.id, take.object_id),
            adoption_id=adoption.id,
            position=position,
            source=take.source,
            object_id=take.object_id,
            cloud=take.cloud,
            kind=take.kind,
            native_id=take.native_id,
            tenant=take.tenant,
            name=take.name,
            department_id=take.department_id,
            system_id=take.system_id,
            zone=take.zone,
            expires_on=ends[take.term_months],
            contact=take.contact,
            server_id=_joined(adoption, take) if take.kind is ObjectKind.VOLUME else None,
            network_id=_joined(adoption, take) if take.kind is ObjectKind.SERVER else None,
            note=take.note,
        )


def _joined(adoption: Adoption, take: Take) -> UUID | None:
    """The resource that a volume's server, or a server's network, is or becomes."""
    along = take.server or take.network
    return take.record if along is None else taking_id(adoption.id, along)


def _start(uow: UnitOfWork, adoption: Adoption, saga: str) -> None:
    adoption.attempt += 1
    adoption.last_error = adoption.ended_at = None
    uow.start(saga, adoption.workflow_id, str(adoption.id), queue_key=LANE)


def _told(rule: AdoptionRule) -> dict[str, object]:
    return {
        "code": rule.code,
        "priority": rule.priority,
        "matches": dict(rule.matches),
        "system": rule.system_id,
        "zone": rule.zone,
        "term_months": rule.term_months,
    }
