"""What its evidence contradicts: systems that are said to have moved or ended, rooms that are said to be closed.

    contradictions(ctx, request, day=date(2026, 6, 30), scope="city_departments")

A sign says in a word what speaks against it; `explanations` says it in sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.evidence import Subject
from cloudctl.domain.standings import Explanation, Standing
from cloudctl.governance.consolidation.standing import GONE, MOVED, Shown, of_system, signs
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.standings import ClaimAt, RoomAt
from cloudctl.services.explanations import moment_of
from cloudctl.services.indicators import Census, judged_rooms, scope_for
from cloudctl.services.standings import reopened, stands_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A system or room that is not what is claimed of it, by which signs; `seen_at` is when the newest one was seen.

    `case` is the number of the case that is open for it, if any.
    """

    subject_kind: Subject
    subject_id: UUID
    code: str
    name: str
    department_id: UUID
    claimed: str
    signs: tuple[str, ...]
    seen_at: datetime | None
    case: str | None = None

    @property
    def cause(self) -> str:
        """What a case of it names as its cause."""
        return f"{self.subject_kind.value}/{self.subject_id}"


def contradictions(
    ctx: Context, request: Request, *, day: date | None = None, scope: str | None = None
) -> list[Contradiction]:
    """Those of a scope on a day, systems first, each by code."""
    request.actor.require(Permission.SYSTEMS_READ)
    at = moment_of(ctx, day)
    census = Census(at, (), ctx.queries.standings.departments(at), ())
    members = census.members(scope_for(request, census, scope))
    found = [one for one in contradicted(ctx, at) if members is None or one.department_id in members]
    with ctx.unit_of_work(request) as uow:
        known = uow.cases.known([one.cause for one in found])
        numbers = {cause: case.number for cause, case in known.items() if case.state != "closed"}
    return [replace(one, case=numbers.get(one.cause)) for one in found]


def contradicted(ctx: Context, at: datetime) -> Iterator[Contradiction]:
    """Those of the whole city at a moment."""
    for claim in ctx.queries.standings.claims(at, GONE | MOVED):
        shown = _shown(claim)
        if of_system(claim.claimed, shown) is Standing.CONTRADICTED:
            yield Contradiction(
                subject_kind=Subject.SYSTEM, subject_id=claim.id, code=claim.code, name=claim.name,
                department_id=claim.department_id, claimed=claim.claimed, signs=tuple(signs(claim.claimed, shown)),
                seen_at=claim.seen_until,
            )  # fmt: skip
    for room, told in sorted(judged_rooms(ctx, at), key=lambda pair: pair[1].code):
        if stands_out(told):
            yield _of_room(room, told)


def _shown(claim: ClaimAt) -> Shown:
    known = {name: None if value is None else bool(value) for name, value in claim.shown.items()}
    return Shown(**known | {name: bool(known[name]) for name in ("noisy", "running")})  # type: ignore[arg-type]


def _of_room(room: RoomAt, told: Explanation) -> Contradiction:
    seen = [row.observed_at for row in room.subject.evidence] + [one.since for one in room.subject.versions]
    words = [lie.value for lie in told.lies] + (["reopened"] if reopened(told) else [])
    return Contradiction(
        subject_kind=Subject.ROOM, subject_id=told.subject_id, code=told.code, name=told.name,
        department_id=room.subject.department_id, claimed=told.claimed, signs=tuple(words or ["not_closed"]),
        seen_at=max(seen, default=None),
    )  # fmt: skip
