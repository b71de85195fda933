"""What becomes of each system: the rules of policies/assessments propose, a person decides, and a postponement ends.

    propose(ctx, request)                                                # every system that nobody has decided on
    decide(ctx, request, system_id, verdict=Disposition.REHOST, reason="在用", vcpu=16, memory_mib=32768)
    lapse(ctx, request)                                                  # the regular job

A decision that a system does not move takes it out of its wave at once; carrying a merger out is another act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Permission, Role
from cloudctl.domain.assessments import Assessment, Decision, Disposition, Proposal
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.systems import System
from cloudctl.governance.consolidation import duplicates
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import moves
from cloudctl.services.notices import tell

AT_ONCE = 500  # assessments of one transaction
ASSESSED = frozenset({"planned", "in_use", "migrating", "on_platform"})
ORDER = tuple(Disposition)
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a round of proposals came to: by verdict, how many systems; `silent` are those no rule speaks about."""

    verdicts: dict[str, int]
    silent: int
    changed: int


def propose(ctx: Context, request: Request) -> Proposed:
    """Has the rules look at every system that waits for a decision; what they say as before is not written anew.

    It is several transactions, and again is no harm: the answer is kept under the request's key at the end.
    """
    request.actor.require(Permission.CONSOLIDATION_WRITE)
    part = replace(request, idempotency=None)
    with ctx.unit_of_work(part) as uow:
        seen = _Seen.read(uow)
    wanting = [key for key in seen.systems if key not in seen.decided]
    grounds = {key: seen.grounds(ctx, key) for key in wanting}
    changed = 0
    for start in range(0, len(wanting), AT_ONCE):
        with ctx.unit_of_work(part) as uow:
            changed += _written(uow, {key: grounds[key] for key in wanting[start : start + AT_ONCE]})
    counts: defaultdict[str, int] = defaultdict(int)
    for found in grounds.values():
        if found:
            counts[found[0].verdict.value] += 1
    proposed = Proposed(
        verdicts=dict(sorted(counts.items())), silent=sum(not found for found in grounds.values()), changed=changed
    )
    with ctx.unit_of_work(request) as uow:
        return uow.answer(proposed)


def decide(
    ctx: Context,
    request: Request,
    system_id: UUID,
    *,
    verdict: Disposition,
    reason: str,
    until: date | None = None,
    successor: str | None = None,
    vcpu: int | None = None,
    memory_mib: int | None = None,
    expected_version: int | None = None,
) -> Assessment:
    """Decides what becomes of a system, in place of what was decided before; `successor` is a code.

    Raises Invalid, naming the field, for a decision that does not go with its verdict.
    """
    actor = request.actor
    actor.require(Permission.CONSOLIDATION_WRITE)
    if actor.account_id is None:
        raise Invalid("A person decides.", field="decided_by", way_out="Log in as the office.")
    with ctx.unit_of_work(request) as uow:
        uow.waves.lock_plan()
        system = uow.systems.get(system_id)
        actor.require_sight(system.department_id, "system", system_id)
        if system.ended:
            raise Conflict(
                "{system} is {state} already: there is nothing to decide.",
                way_out="See its history: `cloudctl systems history {system}`.",
                system=system.code,
                state=system.status,
            )
        into = None if successor is None else _successor(uow, system, successor)
        decision = Decision(
            verdict=verdict,
            reason=reason,
            until=until,
            successor_id=None if into is None else into.id,
            vcpu=vcpu,
            memory_mib=memory_mib,
        )
        decision.check(today_for_people(uow.now))
        found = uow.assessments.of_system(system_id)
        if found is None:
            found = Assessment(system_id=system_id, created_at=uow.now)
            uow.assessments.add(found)
        uow.check_version(found, expected_version)
        before: dict[str, object] = {"verdict": found.verdict, "until": found.until_on, "state": found.state}
        found.decide(decision, actor.account_id, uow.now)
        uow.audit(
            "update/assessment",
            "system",
            system.id,
            department_id=system.department_id,
            before=before,
            after={
                "system": system.code,
                "verdict": verdict.value,
                "proposed": found.proposed,
                "until": until,
                "successor": successor,
                "vcpu": vcpu,
                "memory_mib": memory_mib,
            },
            reason=found.why,
        )
        move = uow.moves.of_system(system_id)
        if move is not None and verdict is not Disposition.REHOST:
            moves.withdraw(uow, move, found.why or "")
        return uow.answer(found)


def get(ctx: Context, request: Request, assessment_id: UUID) -> Assessment:
    """One assessment of a system that the actor sees."""
    request.actor.require(Permission.CONSOLIDATION_READ)
    with ctx.unit_of_work(request) as uow:
        found = uow.assessments.get(assessment_id)
        system = uow.systems.get(found.system_id)
    request.actor.require_sight(system.department_id, "assessment", assessment_id)
    return found


def lapse(ctx: Context, request: Request) -> int:
    """Postponements whose last day is over are to be decided anew: office and department are told. Answers how many."""
    with ctx.unit_of_work(request) as uow:
        over = uow.assessments.lapsed(today_for_people(uow.now))
        for found in over:
            system, until = uow.systems.get(found.system_id), found.until_on
            found.advance("lapse")
            uow.audit(
                "update/assessment-lapse",
                "system",
                system.id,
                department_id=system.department_id,
                after={"system": system.code, "until": until},
            )
            people = [one for role in DEPARTMENT_ROLES for one in uow.accounts.with_role(role, system.department_id)]
            people += uow.accounts.with_role(Role.OFFICE_ADMIN, None)
            params = {"system": system.code, "title": system.name, "day": str(until)}
            tell(uow, people, "postponement_ended", params, event=f"{found.id}/postponement/{until}")
        return len(over)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The register as the rules see it, by system."""

    today: date
    systems: Mapping[UUID, Mapping[str, Any]]
    departments: Mapping[UUID, Mapping[str, str]]
    decided: frozenset[UUID]
    twins: dict[str, Mapping[str, Any]]
    needs: dict[UUID, int]
    needed_by: dict[UUID, int]

    @classmethod
    def read(cls, uow: UnitOfWork) -> _Seen:
        rows = {row["id"]: row for row in uow.systems.on_record().values() if row["status"] in ASSESSED}
        graph = uow.dependencies.graph()
        needed_by: defaultdict[UUID, int] = defaultdict(int)
        for needed in graph.values():
            for key in needed:
                needed_by[key] += 1
        owners = {key: uow.departments.get(key) for key in {row["department_id"] for row in rows.values()}}
        departments = {
            key: {"code": one.code, "name": one.name, "level": one.level.value} for key, one in owners.items()
        }
        return cls(
            today=today_for_people(uow.now),
            systems=rows,
            departments=departments,
            decided=frozenset(one.system_id for one in uow.assessments.all() if one.settled),
            twins=_twins(list(rows.values()), {key: one["code"] for key, one in departments.items()}),
            needs={key: len(needed) for key, needed in graph.items()},
            needed_by=dict(needed_by),
        )

    def grounds(self, ctx: Context, key: UUID) -> list[Proposal]:
        """The rules that speak about a system, the verdict that is proposed first."""
        row = self.systems[key]
        twin = self.twins.get(row["code"], {"code": "", "name": "", "score": 0, "stays": False})
        ruling = ctx.assessment_rules.judge(
            {
                "system": survey_facts(row, self.today),
                "department": self.departments[row["department_id"]],
                "duplicate": twin,
                "needs": self.needs.get(key, 0),
                "needed_by": self.needed_by.get(key, 0),
                "today": self.today.isoformat(),
            }
        )
        verdicts = {rule["name"]: rule["verdict"] for rule in ctx.assessment_rules.describe()}
        found = [
            Proposal(
                rule=finding.rule,
                version=finding.version,
                verdict=Disposition(verdicts[finding.rule]),
                reason=finding.reason,
                successor=twin["code"] if verdicts[finding.rule] == Disposition.MERGE else None,
            )
            for finding in ruling.findings
            if finding.effect == "propose"
        ]
        return sorted(found, key=lambda ground: (ORDER.index(ground.verdict), ground.rule))


def survey_facts(row: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A system as `policy.facts.SurveyFacts`: what nobody has said is "" or -1."""
    built_on, ends_on, cost = row["built_on"], row["contract_ends_on"], row["yearly_cost_fen"]
    return {
        "code": row["code"],
        "name": row["name"],
        "status": row["status"],
        "system_class": row["system_class"] or "",
        "mlps_level": row["mlps_level"],
        "xinchuang": row["xinchuang"],
        "declared_zombie": bool(row["declared_zombie"]),
        "use_frequency": row["use_frequency"] or "",
        "user_count": -1 if row["user_count"] is None else row["user_count"],
        "age_years": -1 if built_on is None else int((today - built_on).days / YEAR_DAYS),
        "yearly_cost_yuan": -1.0 if cost is None else cost / 100,
        "contract_days_left": -1 if ends_on is None else (ends_on - today).days,
        "postponement_reason": row["postponement_reason"] or "",
        "postponed_until": "" if row["postponed_until"] is None else row["postponed_until"].isoformat(),
        "virtualised": bool(row["virtualised"]),
    }


def _twins(rows: Sequence[Mapping[str, Any]], departments: Mapping[UUID, str]) -> dict[str, Mapping[str, Any]]:
    """By code what a system is most like, of those that are to stay rather than itself."""
    by_code = {row["code"]: row for row in rows}
    described = (
        duplicates.Described(
            code=row["code"],
            name=row["name"],
            department=departments[row["department_id"]],
            check_url=row["check_url"],
            contract_number=row["contract_number"],
            project_document=row["project_document"],
        )
        for row in rows
    )
    found: dict[str, Mapping[str, Any]] = {}
    for pair in duplicates.find(described):  # the surest first
        for code, other in ((pair.first, pair.second), (pair.second, pair.first)):
            stays = weight(by_code[other]) > weight(by_code[code])
            twin = {"code": other, "name": by_code[other]["name"], "score": pair.score, "stays": stays}
            if code not in found or (stays and not found[code]["stays"]):
                found[code] = twin
    return found


def weight(row: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    """Which of two systems stays: the one on the platform, with the more users, the older one; then by code."""
    age = 0 if row["built_on"] is None else -row["built_on"].toordinal()
    return row["status"] == "on_platform", row["user_count"] or 0, age, row["code"]


def _written(uow: UnitOfWork, grounds: Mapping[UUID, list[Proposal]]) -> int:
    """Puts proposals on record; what somebody has decided on meanwhile is left alone. Answers how many are new."""
    known = {one.system_id: one for one in uow.assessments.of_systems(list(grounds))}
    new = []
    changed = 0
    for system_id, found in grounds.items():
        assessment = known.get(system_id)
        verdict = found[0].verdict if found else None
        if assessment is None:
            new.append(
                Assessment(
                    system_id=system_id, proposed=verdict, grounds=found, proposed_at=uow.now, created_at=uow.now
                )
            )
        elif not assessment.settled and (assessment.proposed != verdict or list(assessment.grounds) != found):
            assessment.advance("propose")
            assessment.proposed, assessment.grounds, assessment.proposed_at = verdict, found, uow.now
            changed += 1
    uow.assessments.add_many(new)
    if new or changed:
        uow.audit(
            "evaluate/assessment",
            "assessments",
            uow.now.isoformat(),
            after={"new": len(new), "changed": changed, "verdicts": dict(_counted(grounds))},
        )
    return len(new) + changed


def _counted(grounds: Mapping[UUID, list[Proposal]]) -> Iterator[tuple[str, int]]:
    for verdict in Disposition:
        count = sum(bool(found) and found[0].verdict is verdict for found in grounds.values())
        if count:
            yield verdict.value, count


def _successor(uow: UnitOfWork, system: System, code: str) -> System:
    """What a system is to be merged into: another one that stands and is not to be merged itself."""
    into = uow.systems.by_code(code)
    if into is None:
        raise Invalid(
            "There is no system {code}.", field="successor", way_out="See `cloudctl systems list`.", code=code
        )
    if into.id == system.id:
        raise Invalid("A system is not merged into itself.", field="successor", way_out="Name another system.")
    if into.ended:
        raise Conflict(
            "{system} is {state} already and takes nothing up.",
            field="successor",
            way_out="Name a system that stands.",
            system=into.code,
            state=into.status,
        )
    line, at = [system.code], into
    while True:
        line.append(at.code)
        found = uow.assessments.of_system(at.id)
        if found is None or found.settled is not Disposition.MERGE or found.successor_id is None:
            return into
        at = uow.systems.get(found.successor_id)
        if at.code in line:
            raise Conflict(
                "The systems would be merged into each other in a circle: {circle}.",
                field="successor",
                way_out="Decide otherwise on one of them first.",
                circle=" -> ".join([*line, at.code]),
            )
