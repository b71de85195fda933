"""The register's sheets: fetched, filled or empty, and taken in, all rows or none.

    data = form(ctx, request, "systems", filled=True)               # or as_of=date(2026, 6, 30)
    receipt = take(ctx, request, "systems", data, progress=print)   # the second time: nothing changes
    marked(ctx, request, "systems", data, error)                    # the same rows, faulty cells marked

Every row is read and checked before anything is written. What is written goes out in a few statements, each version
with the sheet as its reason, and one event on the audit trail says what the file was and what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import MARKING, refuse_secret
from cloudctl.domain.errors import FormInvalid, Invalid, NotFound
from cloudctl.domain.forms import Entry, Fault, Lists, spellings
from cloudctl.domain.register import Doubt, standing_at
from cloudctl.domain.register_sheets import SHEETS, WITHIN_ROOMS, RegisterSheet
from cloudctl.domain.sheets import FIRST_ROW, Handed, Line, SheetForm, read_line
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import register_crossings
from cloudctl.services.forms import notes_of
from cloudctl.services.imports import MOST_FAULTS
from cloudctl.services.register_rows import EVERY, Desk

READING: Mapping[str, Permission] = {"systems": Permission.SYSTEMS_READ}
WRITING: Mapping[str, Permission] = {"systems": Permission.SYSTEMS_WRITE}
MOST_DOUBTS = 200
CATALOGUED = ("zones", "classifications", "security_packages")

Progress = Callable[[str, int, int], None]
"""(stage, rows done, rows in all); the stages are `read`, `checked` and `written`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a sheet; `doubts` were kept as they were sent, and are hardly right, with their cells."""

    noun: str
    digest: str
    rehearsal: bool
    rows: int
    added: int
    altered: int
    unchanged: int
    doubts: Sequence[tuple[str, Doubt]]


def form(ctx: Context, request: Request, noun: str, *, filled: bool = False, as_of: date | None = None) -> bytes:
    """The sheet with today's drop-downs; `filled` with what the actor sees of the register, as it stood on a day."""
    sheet = _sheet(noun)
    request.actor.require(READING.get(noun, Permission.ROOMS_READ))
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        lists, ids = live(ctx, uow, sheet)
        made = SheetForm(lists=lists, day=(as_of or today_for_people(uow.now)).isoformat())
        if filled or as_of is not None:
            made = replace(made, rows=_filled(uow, sheet, lists, ids, as_of))
    return ctx.workbooks.write_sheet(sheet.sheet, made)


def title(noun: str) -> str:
    """What the office calls the sheet; raises NotFound for what has none."""
    return _sheet(noun).title


def take(
    ctx: Context,
    request: Request,
    noun: str,
    data: bytes,
    *,
    rehearse: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> Receipt:
    """Puts the rows on record; those known by their code are changed where they differ.

    Raises FormInvalid with every fault, and Invalid for a file that is no such sheet; either way nothing is kept.
    """
    sheet = _sheet(noun)
    request.actor.require(WRITING.get(noun, Permission.ROOMS_WRITE))
    handed = ctx.workbooks.read_sheet(sheet.sheet, data)
    if not handed.rows:
        raise Invalid("The sheet has no rows.", field="body", way_out="Write one row for each.")
    _refuse_secret(sheet, handed)
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        lists, _ = live(ctx, uow, sheet)
    total = len(handed.rows)
    lines = _read(sheet, handed, lists, lambda done: progress("read", done, total))
    with ctx.unit_of_work(request) as uow:  # nobody waits for what can be done before
        _, ids = live(ctx, uow, sheet)
        desk = Desk(uow=uow, form=sheet, ids=ids, today=today_for_people(uow.now))
        desk.examine(lines, lambda done: progress("checked", done, total))
        register_crossings.check(desk)
        if desk.faults:
            raise FormInvalid(sorted(desk.faults, key=_place)[:MOST_FAULTS])
        digest = sha256(data).hexdigest()
        receipt = _receipt(sheet, desk, digest, rows=total, rehearsal=rehearse)
        if rehearse:
            return receipt
        if desk.rows:
            _write(uow, sheet, desk, receipt)
        progress("written", total, total)
        return uow.answer(receipt)


def marked(ctx: Context, request: Request, noun: str, data: bytes, error: FormInvalid, *, locale: str) -> bytes:
    """The rows as they were sent, with the faulty cells marked in the reader's language and listed on a first sheet."""
    sheet = _sheet(noun)
    handed = ctx.workbooks.read_sheet(sheet.sheet, data)
    rows: list[Mapping[str, Any]] = [{}] * (max(row for row, _ in handed.rows) - FIRST_ROW + 1)
    for row, content in handed.rows:
        rows[row - FIRST_ROW] = content
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        lists, _ = live(ctx, uow, sheet)
        day = today_for_people(uow.now).isoformat()
    made = SheetForm(lists=lists, day=day, rows=rows)
    return ctx.workbooks.write_sheet(sheet.sheet, made, notes_of(error.faults, locale))


def _sheet(noun: str) -> RegisterSheet:
    if noun not in SHEETS:
        raise NotFound(
            "There is no sheet of {noun}.", way_out="One of: {nouns}.", noun=noun[:40], nouns=", ".join(SHEETS)
        )
    return SHEETS[noun]


def live(ctx: Context, uow: UnitOfWork, sheet: RegisterSheet) -> tuple[Lists, dict[str, dict[str, object]]]:
    """The drop-downs of now, and what stands on record for each code of theirs; of what the actor sees."""
    actor, ids = uow.actor, dict[str, dict[str, object]]()
    lists: dict[str, Sequence[Entry]] = dict(sheet.words)
    if "departments" in sheet.choices:
        names = uow.departments.names()
        ids["departments"] = {code: key for code, key in uow.departments.codes().items() if actor.sees(key)}
        lists["departments"] = [Entry(code, f"{code} {names[code]}") for code in ids["departments"] if code in names]
    if "systems" in sheet.choices:
        names = uow.systems.names()
        ids["systems"] = {code: key for code, (key, owner) in uow.systems.codes().items() if actor.sees(owner)}
        lists["systems"] = [Entry(code, f"{code} {names[code]}") for code in ids["systems"]]
    if "rooms" in sheet.choices:
        ids["rooms"] = {code: key for code, (key, owner) in uow.rooms.codes().items() if actor.sees(owner)}
        lists["rooms"] = [Entry(code, code) for code in ids["rooms"]]
    catalogue: dict[str, list[dict[str, Any]]] = (
        ctx.queries.catalogue() if sheet.choices.intersection(CATALOGUED) else {}
    )
    for name in CATALOGUED:
        if name in sheet.choices:
            lists[name] = [Entry(str(row["code"]), f"{row['code']} {row['name']}") for row in catalogue[name]]
            ids[name] = {entry.code: entry.code for entry in lists[name]}
    return lists, ids


def _filled(
    uow: UnitOfWork,
    sheet: RegisterSheet,
    lists: Lists,
    ids: Mapping[str, Mapping[str, object]],
    as_of: date | None,
) -> list[Mapping[str, Any]]:
    labels: dict[str, dict[object, str]] = {
        name: {ids[name].get(entry.code): entry.label for entry in entries}
        for name, entries in lists.items()
        if name in ids
    }
    if WITHIN_ROOMS in sheet.choices:
        labels[WITHIN_ROOMS] = {key: code for (_, code), key in uow.racks.codes().items()}
    records = uow.register_rows.on_record(sheet.plural, None if as_of is None else standing_at(as_of))
    seen = [record for record in records if _sees(uow, record, ids)]
    return [sheet.shown(record, labels) for record in sorted(seen, key=sheet.ordered)]


def _sees(uow: UnitOfWork, record: Mapping[str, Any], ids: Mapping[str, Mapping[str, object]]) -> bool:
    if "department_id" in record:
        return uow.actor.sees(record["department_id"])
    return uow.actor.sees_all or record["room_id"] in ids["rooms"].values()


def _refuse_secret(sheet: RegisterSheet, handed: Handed) -> None:
    """Raises FormInvalid for what is marked secret, before anything else repeats a word of it."""
    for row, content in handed.rows:
        words = {key: value for key, value in content.items() if isinstance(value, str)}
        if not MARKING.search("\n".join(words.values())):
            continue
        try:
            refuse_secret(None, words)
        except Invalid as error:
            cell = f"{sheet.sheet.letters[str(error.field)]}{row}"
            fault = Fault(sheet=sheet.title, cell=cell, message=error.message, way_out=error.way_out)
            raise FormInvalid([fault]) from None


def _read(sheet: RegisterSheet, handed: Handed, lists: Lists, progress: Callable[[int], None]) -> list[Line]:
    known, lines = spellings(lists), list[Line]()
    for count, (row, content) in enumerate(handed.rows, start=1):
        lines.append(read_line(sheet.sheet, row, content, known, handed.spoilt))
        if count % EVERY == 0:
            progress(count)
    progress(len(lines))
    return lines


def _receipt(sheet: RegisterSheet, desk: Desk, digest: str, *, rows: int, rehearsal: bool) -> Receipt:
    letters = sheet.sheet.letters
    doubts = [(f"{sheet.title}!{letters[doubt.field]}{row}", doubt) for row, doubt in desk.doubts]
    return Receipt(
        noun=sheet.plural,
        digest=digest,
        rehearsal=rehearsal,
        rows=rows,
        added=len(desk.new),
        altered=len(desk.changed),
        unchanged=desk.unchanged,
        doubts=doubts[:MOST_DOUBTS],
    )


def _write(uow: UnitOfWork, sheet: RegisterSheet, desk: Desk, receipt: Receipt) -> None:
    uow.because(f"{sheet.title} {receipt.digest[:12]}")
    uow.register_rows.put_many(sheet.plural, desk.new, desk.changed)
    uow.audit(
        "create/register-import",
        "register-import",
        receipt.digest,
        department_id=uow.actor.department_id,
        after={
            "noun": sheet.plural,
            "rows": receipt.rows,
            "added": receipt.added,
            "altered": receipt.altered,
            "unchanged": receipt.unchanged,
        },
    )


def _place(fault: Fault) -> tuple[int, int, str]:
    """Row by row, from left to right."""
    letters = fault.cell.rstrip("0123456789")
    return int(fault.cell.removeprefix(letters) or 0), len(letters), letters
