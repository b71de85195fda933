"""Close-out lines (销号清单) of a deleted system, and its closing on record.

    close_lines.fill(ctx, request, clearing_id, kind=..., outcome=Outcome.NUMBER, words="域名〔2027〕8号")
    close_lines.hand_in(ctx, request, clearing_id, kind=..., name="移交清单.pdf", content=b"...")
    close_lines.close(ctx, request, clearing_id)        # every line filled: close-out number, system retired

Each line is a number, a file, or a reasoned “not applicable”.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import LARGEST_BYTES, check_labels, kind_of
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.clearings import Clearing, close_out_number
from cloudctl.domain.close_lines import TITLES, CloseLine, CloseLineKind, Outcome
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.messages import fill as filled_in
from cloudctl.messages import translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import shadows
from cloudctl.services.clearing_notices import tell_office, tell_owner
from cloudctl.services.replays import replay

FILLABLE = frozenset({"deletion_proposed", "deletion_confirmed", "deleting", "deleted"})
"""When lines can be filled: from the proposal on."""


def fill(
    ctx: Context, request: Request, clearing_id: UUID, *, kind: CloseLineKind, outcome: Outcome, words: str
) -> CloseLine:
    """Fills a line with a number, or with why it does not apply; what was there before stays on record."""
    _may(request)
    refuse_secret(None, {"words": words})
    if outcome is Outcome.FILE:
        raise Invalid("A file is handed in as a file.", field="outcome", way_out="Hand it in with `--file`.")
    with ctx.unit_of_work(request) as uow:
        clearing = _open(uow, request, clearing_id)
        return uow.answer(_add(uow, request, clearing, kind=kind, outcome=outcome, words=words.strip()))


def hand_in(
    ctx: Context,
    request: Request,
    clearing_id: UUID,
    *,
    kind: CloseLineKind,
    name: str,
    content: bytes,
    words: str = "",
) -> CloseLine:
    """Fills a line with a file; `words` may give its number. Raises Invalid for what is not taken."""
    _may(request)
    refuse_secret(None, {"name": name, "words": words})
    check_labels(name, "", "")
    if not 0 < len(content) <= LARGEST_BYTES:
        raise Invalid(
            "A file has 1 to {most} bytes.", field="file", way_out="Scan it in a lower resolution, or split it.",
            most=LARGEST_BYTES,
        )  # fmt: skip
    media_type = kind_of(content, name)
    with ctx.unit_of_work(replay(ctx, request)) as uow:  # refuses before the file is kept
        _open(uow, request, clearing_id)
    kept = ctx.files.put(content)
    with ctx.unit_of_work(request) as uow:
        clearing = _open(uow, request, clearing_id)
        line = _add(
            uow, request, clearing, kind=kind, outcome=Outcome.FILE, words=words.strip(), name=name,
            media_type=media_type, size_bytes=kept.size_bytes, digest=kept.digest,
        )  # fmt: skip
        return uow.answer(line)


def of(ctx: Context, request: Request, clearing_id: UUID) -> list[CloseLine]:
    """The lines that count, in the order of the form; those not filled are missing."""
    request.actor.require(Permission.CLEARINGS_READ)
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.get(clearing_id)
        request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
        return counting(uow.close_lines.of_clearing(clearing_id))


def read(ctx: Context, request: Request, clearing_id: UUID, line_id: UUID) -> tuple[CloseLine, bytes]:
    """A line's file; raises NotFound where it has none."""
    for line in of(ctx, request, clearing_id):
        if line.id == line_id and line.digest is not None:
            return line, ctx.files.get(line.digest)
    raise NotFound("No file belongs to this line.", way_out="Read its words: they stand in the record.")


def close(ctx: Context, request: Request, clearing_id: UUID, *, expected_version: int | None = None) -> Clearing:
    """Closes a case on record; raises Conflict naming every line that is not filled yet.

    The system is retired, and a shadow that it was of is cleared.
    """
    request.actor.require(Permission.CLEARINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.lock(clearing_id)
        request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
        uow.check_version(clearing, expected_version)
        missing = set(CloseLineKind) - {line.kind for line in uow.close_lines.of_clearing(clearing_id)}
        if clearing.state == "deleted" and missing:
            _ = translator(request.actor.locale)
            raise Conflict(
                "Case {number} lacks close-out lines: {lines}.", field="lines",
                way_out="Give each a number, a file, or why it does not apply: `cloudctl zombies case fill`.",
                number=clearing.number,
                lines=", ".join(filled_in(_, TITLES[kind], {}) for kind in CloseLineKind if kind in missing),
            )  # fmt: skip
        year = today_for_people(uow.now).year
        by = _person(request)
        clearing.close(close_out_number(year, uow.clearings.next_number("close-outs", year)), by, uow.now)
        _retire(uow, clearing)
        shadows.finish(uow, clearing.id)
        after: dict[str, object] = {"number": clearing.number, "close_out": clearing.close_out}
        uow.audit("update/clearing-close", "clearing", clearing.id, department_id=clearing.department_id, after=after)
        tell_owner(uow, clearing, "clearing_closed")
        tell_office(uow, clearing, "clearing_closed")
        return uow.answer(clearing)


def counting(lines: Sequence[CloseLine]) -> list[CloseLine]:
    """The last line of each kind, in the order of the form."""
    last = {line.kind: line for line in lines}
    return [last[kind] for kind in CloseLineKind if kind in last]


def _retire(uow: UnitOfWork, clearing: Clearing) -> None:
    """The register has it as retired from today on, unless it said so before."""
    system = uow.systems.lock(clearing.system_id)
    if system.ended:
        return
    uow.because(clearing.number)
    before: dict[str, object] = {"status": system.status}
    system.claim("retired")
    system.status_on = today_for_people(uow.now)
    after: dict[str, object] = {"status": system.status, "close_out": clearing.close_out}
    uow.audit("update/system", "system", system.id, department_id=system.department_id, before=before, after=after)


def _add(uow: UnitOfWork, request: Request, clearing: Clearing, **fields: object) -> CloseLine:
    line = CloseLine(
        clearing_id=clearing.id,
        department_id=clearing.department_id,
        filled_by=_person(request),
        created_at=uow.now,
        **fields,  # type: ignore[arg-type]  # fill and hand_in name them
    )
    uow.close_lines.add(line)
    after: dict[str, object] = {
        "number": clearing.number, "line": line.kind.value, "outcome": line.outcome.value, "words": line.words,
        "digest": line.digest,
    }  # fmt: skip
    uow.audit("create/close-line", "clearing", clearing.id, department_id=clearing.department_id, after=after)
    return line


def _open(uow: UnitOfWork, request: Request, clearing_id: UUID) -> Clearing:
    clearing = uow.clearings.lock(clearing_id)
    request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
    if clearing.state not in FILLABLE:
        raise Conflict(
            "The close-out lines of case {number} are filled once its deletion was proposed, and before it is closed.",
            way_out="See its state: `cloudctl zombies case show {number}`.", number=clearing.number,
        )  # fmt: skip
    return clearing


def _may(request: Request) -> None:
    """The owner and the office fill lines."""
    if not request.actor.holds(Permission.CLEARINGS_ANSWER):
        request.actor.require(Permission.CLEARINGS_WRITE)


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("Close-out lines are filled by people.", way_out="Log in with an account.")
    return request.actor.account_id
