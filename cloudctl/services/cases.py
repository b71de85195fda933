"""Cases of listed supervision (挂牌督办/销号): opened by the office or for a lie, proven by the department, closed.

    case = cases.open_case(ctx, request, department_id=..., title="...", reason="...", working_days=20)
    cases.prove(ctx, request, case.id, proof="拆除完毕")           # by the department, with files beside it
    cases.close(ctx, request, case.id)                          # by somebody else

A case is closed only with a proof: a file that was handed in for it, or a re-check that passes, that is, an explanation
of its system or room with nothing against it, or the late step done. What opens by itself is in services/openings.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Account, Permission, Role
from cloudctl.domain.calendars import end_of_day, today_for_people
from cloudctl.domain.cases import DEFAULT_WORKING_DAYS, WORKING_DAYS, Case, CaseOrigin, numbered
from cloudctl.domain.clocks import Colour
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.evidence import Subject
from cloudctl.domain.lifecycle import CASES
from cloudctl.domain.standings import Explanation, Standing
from cloudctl.governance.consolidation.standing import CLOSED, GONE, MOVED
from cloudctl.governance.supervision.cases import Line, remind
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of, working_days_from_now
from cloudctl.services.explanations import explain_room, explain_system
from cloudctl.services.mergers import standing
from cloudctl.services.notices import tell
from cloudctl.services.replays import replay

OWERS = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
TEMPLATES = {Colour.WARNING: "case_warning", Colour.YELLOW: "case_yellow", Colour.RED: "case_red"}
MORE_WORKING_DAYS = 5  # for a better proof


def open_case(
    ctx: Context,
    request: Request,
    *,
    department_id: UUID,
    title: str,
    reason: str,
    origin: CaseOrigin = CaseOrigin.HAND,
    cause: str = "",
    subject_kind: Subject | None = None,
    subject_id: UUID | None = None,
    role: Role | None = None,
    working_days: int = DEFAULT_WORKING_DAYS,
) -> Case:
    """Lists a case; one that the same cause has opened already and that still stands is answered instead.

    It is owed by the department, or by who holds the `role` in the office or in operations.
    """
    request.actor.require(Permission.CASES_WRITE)
    refuse_secret(None, {"title": title, "reason": reason})
    if working_days not in WORKING_DAYS:
        raise Invalid(
            "A case has 1 to {most} working days.",
            field="working_days",
            way_out="Give the days that putting it right takes.",
            most=WORKING_DAYS.stop - 1,
        )
    with ctx.unit_of_work(request) as uow:
        request.actor.require_sight(department_id, "department", department_id)
        standing(uow, department_id, "department_id")
        earlier = uow.cases.standing(cause) if cause else None
        if earlier is not None:
            return uow.answer(earlier)
        _check_subject(uow, subject_kind, subject_id, department_id)
        due = working_days_from_now(uow, working_days)
        year = today_for_people(uow.now).year
        case = Case(
            number=numbered(year, uow.cases.next_number(year)),
            department_id=department_id,
            origin=origin,
            cause=cause,
            subject_kind=subject_kind,
            subject_id=subject_id,
            role=None if role in DEPARTMENT_ROLES else role,
            title=title.strip(),
            reason=reason.strip(),
            opened_by=request.actor.account_id,
            due_on=due.day,
            due_at=end_of_day(due.day),
            provisional=due.provisional,
            created_at=uow.now,
        )
        uow.cases.add(case)
        uow.audit(
            "create/case",
            "case",
            case.id,
            department_id=department_id,
            after={"number": case.number, "title": case.title, "origin": origin.value, "due_on": case.due_on},
            reason=case.reason,
        )
        _tell(uow, case, "case_opened", _owers(uow, case), case.reason)
        return uow.answer(case)


def open_for_lies(ctx: Context, request: Request, *, subject_kind: Subject, subject_id: UUID) -> Case:
    """Lists what the evidence of a system or room gives away; raises Conflict where it gives nothing away."""
    request.actor.require(Permission.CASES_WRITE)
    told, department_id = _explained(ctx, replay(ctx, request), subject_kind, subject_id)
    reopened = any(point.question == "reopened" for point in told.points)
    if not told.lies and not reopened:
        raise Conflict("Nothing in its evidence contradicts what is claimed.", way_out="Open a case by hand.")
    points = [point for point in told.points if point.lie is not None or point.question == "reopened"]
    return open_case(
        ctx,
        request,
        department_id=department_id,
        title=f"{told.code} {told.name}",
        reason="\n".join(point.words["zh_CN"] for point in points),
        origin=CaseOrigin.LIE if told.lies else CaseOrigin.REOPENED,
        cause=f"{subject_kind.value}/{subject_id}",
        subject_kind=subject_kind,
        subject_id=subject_id,
    )


def prove(ctx: Context, request: Request, case_id: UUID, *, proof: str, expected_version: int | None = None) -> Case:
    """The department says what it has done; raises Refused where no proof is waited for."""
    request.actor.require(Permission.EVIDENCE_WRITE)
    refuse_secret(None, {"proof": proof})
    with ctx.unit_of_work(request) as uow:
        case = _locked(uow, request, case_id, expected_version)
        if case.role is not None and case.role not in request.actor.roles:
            raise Forbidden(
                "The case is owed by the role {role}.", way_out="Ask somebody who has that role.", role=case.role.value
            )
        case.prove(proof, _person(request), request.actor.for_account_id, uow.now)
        _audited(uow, case, "update/case-proof", proof)
        _tell(uow, case, "case_proved", uow.accounts.with_role(Role.OFFICE_REVIEWER, None), proof)
        return uow.answer(case)


def close(
    ctx: Context, request: Request, case_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> Case:
    """Closes a case on its proof; raises Conflict without one, Forbidden for the hands that the proof came from."""
    actor = request.actor
    actor.require(Permission.CASES_WRITE)
    reading = replay(ctx, request)
    passes = _recheck(ctx, reading, get(ctx, reading, case_id))
    with ctx.unit_of_work(request) as uow:
        case = _locked(uow, request, case_id, expected_version)
        person = _person(request)
        CASES.next(case.state, "close")
        if not passes and not uow.evidence.of(case.id):
            raise Conflict(
                "Case {number} has no proof: no file was handed in, and a re-check does not pass.",
                field="proof",
                way_out="Have the department hand a file in, or return the case.",
                number=case.number,
            )
        case.close(reason, actor.persons, uow.now)
        case.closed_by = person
        _audited(uow, case, "update/case-close", reason or None, recheck=passes)
        _tell(uow, case, "case_closed", _owers(uow, case), reason)
        return uow.answer(case)


def send_back(
    ctx: Context,
    request: Request,
    case_id: UUID,
    *,
    reason: str,
    working_days: int = MORE_WORKING_DAYS,
    expected_version: int | None = None,
) -> Case:
    """Returns a case whose proof does not do; its deadline is never moved to an earlier day."""
    request.actor.require(Permission.CASES_WRITE)
    with ctx.unit_of_work(request) as uow:
        case = _locked(uow, request, case_id, expected_version)
        due = working_days_from_now(uow, working_days)
        case.send_back(reason, due.day, end_of_day(due.day), provisional=due.provisional)
        _audited(uow, case, "deny/case-proof", reason)
        _tell(uow, case, "case_returned", _owers(uow, case), reason)
        return uow.answer(case)


def get(ctx: Context, request: Request, case_id: UUID) -> Case:
    """One case of what the actor sees."""
    request.actor.require(Permission.CASES_READ)
    with ctx.unit_of_work(request) as uow:
        case = uow.cases.get(case_id)
    request.actor.require_sight(case.department_id, "case", case_id)
    return case


def supervise(ctx: Context, request: Request) -> int:
    """One round: warns of deadlines and gives cards, each once; answers how many."""
    request.actor.require(Permission.CASES_WRITE)
    with ctx.unit_of_work(request) as uow:
        lines = list(remind(uow.cases.running(), calendar_of(uow), today_for_people(uow.now)))
    return sum(_reminded(ctx, request, line) for line in lines)


def _reminded(ctx: Context, request: Request, line: Line) -> bool:
    with ctx.unit_of_work(request) as uow:
        case = uow.cases.lock(line.case.id)
        if not case.running or case.due_on != line.case.due_on or case.card is line.colour:
            return False
        case.card = line.colour
        people = list(_owers(uow, case))
        if line.colour is not Colour.WARNING:
            people += uow.accounts.with_role(Role.OFFICE_ADMIN, None)
        after: dict[str, object] = {"number": case.number, "colour": line.colour.value, "due_on": case.due_on}
        uow.audit("evaluate/case-card", "case", case.id, department_id=case.department_id, after=after)
        _tell(uow, case, TEMPLATES[line.colour], people, "")
        return True


def _recheck(ctx: Context, request: Request, case: Case) -> bool:
    """Whether the late step of a case is done; or its system or room is, by evidence alone, what is claimed of it."""
    if case.slip_id is not None:
        with ctx.unit_of_work(request) as uow:
            return uow.slips.made_good(case.slip_id)
    if case.subject_kind not in {Subject.SYSTEM, Subject.ROOM} or case.subject_id is None:
        return False
    told, _ = _explained(ctx, request, case.subject_kind, case.subject_id)
    return told.standing is Standing.PROVEN and told.claimed in GONE | MOVED | CLOSED and not told.lies


def _explained(ctx: Context, request: Request, kind: Subject, key: UUID) -> tuple[Explanation, UUID]:
    """What is proven of a subject now, and whose it is."""
    if kind is Subject.CASE:
        raise Invalid("A case is not about a case.", field="subject_kind", way_out="Name a system or a room.")
    told = explain_room(ctx, request, key) if kind is Subject.ROOM else explain_system(ctx, request, key)
    with ctx.unit_of_work(request) as uow:
        subject = uow.rooms.get(key) if kind is Subject.ROOM else uow.systems.get(key)
    return told, subject.department_id


def _check_subject(uow: UnitOfWork, kind: Subject | None, key: UUID | None, department_id: UUID) -> None:
    if kind is None or key is None:
        if kind is not None or key is not None:
            raise Invalid(
                "A case is about a system or room, or about neither.", field="subject_id",
                way_out="Name both its kind and its id, or leave both out.",
            )  # fmt: skip
        return
    if kind is Subject.CASE:
        raise Invalid("A case is not about a case.", field="subject_kind", way_out="Name a system or a room.")
    subject = uow.rooms.get(key) if kind is Subject.ROOM else uow.systems.get(key)
    if subject.department_id != department_id:
        raise Invalid(
            "The {what} is another department's.", field="subject_id", way_out="Name one of its own.", what=kind.value
        )


def _locked(uow: UnitOfWork, request: Request, case_id: UUID, expected_version: int | None) -> Case:
    case = uow.cases.lock(case_id)
    request.actor.require_sight(case.department_id, "case", case_id)
    uow.check_version(case, expected_version)
    return case


def _audited(uow: UnitOfWork, case: Case, action: str, reason: str | None, **more: object) -> None:
    after = {"number": case.number, "state": case.state, "due_on": case.due_on, **more}
    uow.audit(action, "case", case.id, department_id=case.department_id, after=after, reason=reason)


def _owers(uow: UnitOfWork, case: Case) -> list[Account]:
    if case.role is not None:
        return list(uow.accounts.with_role(case.role, None))
    return [account for role in OWERS for account in uow.accounts.with_role(role, case.department_id)]


def _tell(uow: UnitOfWork, case: Case, template: str, people: Iterable[Account], reason: str) -> None:
    params = {"number": case.number, "title": case.title, "day": str(case.due_on), "reason": reason}
    tell(uow, people, template, params, event=f"{case.id}/{template}/{case.due_on}/{case.version}")


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("Proofs are handed in and judged by people.", way_out="Log in with an account.")
    return request.actor.account_id
