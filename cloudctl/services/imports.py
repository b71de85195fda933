"""Imports (导入): a filled form becomes orders, all of them or none.

    receipt = take(ctx, request, data, submit=True)
    receipt = take(ctx, request, data, on_behalf="fgw")      # the office files for a department (代办)

First every cell is read, then every order is planned, judged by the policies and held against the quota together with
the others of the file; only when nothing is wrong is anything put on record, in one transaction. Whatever is wrong is
raised as one FormInvalid that lists all of it; `marked` puts it into the workbook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from cloudctl.domain import cells, forms
from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.declarations import FIELD, refuse_secret
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, Contended, FormInvalid, Invalid, UserError
from cloudctl.domain.forms import COVER_CELLS, LETTERS, Fault, Filled, Line
from cloudctl.domain.imports import Import
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import evaluations, mergers, orders
from cloudctl.services.evaluations import Evaluation
from cloudctl.services.forms import AMOUNTS, Group, department_for, groups_of, lists_of, notes_of, order_form
from cloudctl.services.orders import OrderForm

MOST_FAULTS = 500
"""So many are told; whoever has more has the same one in every row."""
REFERENCES = frozenset({"network", "server"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One order of an import; without id and number when it was only rehearsed."""

    id: UUID | None
    number: str | None
    title: str
    system: str
    zone: str
    rows: int
    servers: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a file. `lists_changed` says that the form's drop-downs are no longer those of today."""

    digest: str
    department: str
    applicant: str
    rehearsal: bool
    lists_changed: bool
    orders: tuple[Taken, ...]


class _Rehearsed(Exception):
    """Everything went well, and nothing is kept."""


@dataclass(kw_only=True)
class _Desk:
    """One file on the desk: for whom it is, and what was found so far; `lost` are the names of rows that are wrong."""

    ctx: Context
    uow: UnitOfWork
    department: Department
    applicant_id: UUID | None
    systems: Mapping[str, System]
    faults: list[Fault] = field(default_factory=list)
    lost: set[str | None] = field(default_factory=set)
    asked: Counter[tuple[str, str, Dimension]] = field(default_factory=Counter)

    def refuse(self) -> None:
        """Raises FormInvalid when anything is wrong."""
        if self.faults:
            raise FormInvalid(sorted(self.faults, key=_place)[:MOST_FAULTS])


def take(
    ctx: Context,
    request: Request,
    data: bytes,
    *,
    on_behalf: str | None = None,
    submit: bool = False,
    rehearse: bool = False,
    again: bool = False,
) -> Receipt:
    """Creates the orders of a form, as drafts or handed in; with `rehearse` everything but the keeping is done.

    Raises FormInvalid with every fault, Invalid for a file that is no such form, Conflict for a file that was taken
    before (unless `again`).
    """
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        department_for(uow, on_behalf)  # who may not, is told so before the file is opened
    filled = ctx.workbooks.read(data)
    _refuse_secret(filled)
    digest = sha256(data).hexdigest()
    receipt: Receipt | None = None
    try:
        with ctx.unit_of_work(request) as uow:
            department = department_for(uow, on_behalf)
            turn = _turn(uow, department, digest, again=again)
            receipt = _entered(ctx, uow, filled, department, digest, filing=on_behalf is not None, submit=submit)
            if rehearse:
                receipt = replace(
                    receipt, rehearsal=True, orders=tuple(replace(o, id=None, number=None) for o in receipt.orders)
                )
                raise _Rehearsed  # noqa: TRY301 - the unit of work has to see it
            _keep(uow, department, receipt, turn, rows=len(filled.rows))
            return uow.answer(receipt)
    except _Rehearsed:
        assert receipt is not None
        return receipt


def marked(ctx: Context, data: bytes, error: FormInvalid, locale: str) -> bytes:
    """The workbook that was sent with its faulty cells marked, in the reader's language."""
    return ctx.workbooks.mark(data, notes_of(error.faults, locale))


def _refuse_secret(filled: Filled) -> None:
    """Raises FormInvalid for what is declared or marked secret, before anything else repeats a word of it."""
    try:
        declared = cells.yes(filled.cover.get(FIELD), {})
    except Invalid:
        declared = None
    words = {f"{forms.COVER}!{COVER_CELLS[key]}": cells.written(value) for key, value in filled.cover.items()}
    for row, content in filled.rows:
        words |= {f"{forms.ITEMS}!{LETTERS[key]}{row}": cells.written(value) for key, value in content.items()}
    try:
        refuse_secret(None if declared is None else bool(declared), words)
    except Invalid as error:
        where = error.field if "!" in (error.field or "") else f"{forms.COVER}!{COVER_CELLS[FIELD]}"
        sheet, _, cell = str(where).partition("!")
        raise FormInvalid([Fault(sheet=sheet, cell=cell, message=error.message, way_out=error.way_out)]) from None


def _turn(uow: UnitOfWork, department: Department, digest: str, *, again: bool) -> int:
    """Which time it is that this very file comes; raises Conflict for a repetition that is not meant."""
    earlier = uow.imports.of_file(department.id, digest)
    if earlier and not again:
        raise Conflict(
            "This very file was imported on {day} already: {orders}.",
            field="body",
            way_out="If these resources are wanted a second time, send it with `again`.",
            day=earlier[-1].created_at.astimezone(PEOPLE_ZONE).date().isoformat(),
            orders=", ".join(earlier[-1].orders),
        )
    return len(earlier) + 1


def _entered(
    ctx: Context, uow: UnitOfWork, filled: Filled, department: Department, digest: str, *, filing: bool, submit: bool
) -> Receipt:
    """Reads, checks and enters everything; raises FormInvalid before anything of it is entered."""
    lists, _ = lists_of(ctx, uow, department)
    known = forms.spellings(lists)
    cover, wrong = forms.read_cover(filled, known)
    lines, more, lost = forms.read_rows(filled, known)
    systems = {system.code: system for system in uow.systems.of_department(department.id)}
    desk = _Desk(ctx=ctx, uow=uow, department=department, applicant_id=None, systems=systems)
    desk.faults += [*filled.faults, *wrong, *more, *_made_out(uow, cover, department)]
    applicant = _applicant(desk, cover) if filing else None
    desk.applicant_id = applicant.id if applicant else None
    groups = groups_of(lines, cover)
    for group in groups:
        desk.faults += _beyond(group)
    desk.lost = lost
    made = [form for group in groups if (form := _examined(desk, group, cover, alone=len(groups) == 1))]
    desk.refuse()
    return Receipt(
        digest=digest,
        department=department.code,
        applicant=applicant.name if applicant else uow.actor.name,
        rehearsal=False,
        lists_changed=filled.digest != forms.digest_of(lists),
        orders=tuple(_enter(desk, *pair, submit=submit) for pair in zip(groups, made, strict=True)),
    )


def _made_out(uow: UnitOfWork, cover: Mapping[str, object], department: Department) -> Iterator[Fault]:
    """The form names its department: it is not another one's, nor one that is no more."""
    given = str(cover.get("department", department.code)).partition(" ")[0]
    named = department if given == department.code else uow.departments.by_code(given)
    cell = {"sheet": forms.COVER, "cell": COVER_CELLS["department"]}
    if named is not None and named.retired_at is not None:
        error = mergers.ended(uow, named)
        yield Fault(**cell, message=error.message, code=error.code, way_out=error.way_out, params=error.params)
    elif given != department.code:
        yield Fault(
            **cell,
            message="The form is made out for {given}, and handed in for {department}.",
            way_out="If the department was merged or renamed, fetch the form anew; else hand in the right one.",
            params={"given": given[:40], "department": department.code},
        )  # fmt: skip


def _applicant(desk: _Desk, cover: Mapping[str, Any]) -> Account | None:
    """The officer for whom the office files: the one named as contact, or the department's only one."""
    officers = desk.uow.accounts.with_role(Role.DEPARTMENT_OFFICER, desk.department.id)
    if not officers:
        raise Conflict(
            "{department} has no officer for whom an order could be filed.",
            field="on_behalf",
            way_out="Give somebody there the role first: `cloudctl accounts create`.",
            department=desk.department.code,
        )
    contact = str(cover.get("contact_name", "")).casefold()
    named = [officer for officer in officers if contact in {officer.name.casefold(), officer.login.casefold()}]
    if len(named or officers) == 1:
        return (named or list(officers))[0]
    desk.faults.append(
        Fault(
            sheet=forms.COVER, cell=COVER_CELLS["contact_name"],
            message="The department has several officers, and this names none of them: {officers}.",
            way_out="Name the one who applies, by name or login.",
            params={"officers": ", ".join(sorted(officer.login for officer in officers))},
        )
    )  # fmt: skip
    return None


def _beyond(group: Group) -> list[Fault]:
    """The first row that an order has no room for."""
    if len(group.lines) <= forms.MOST_ITEMS:
        return []
    error = Invalid(
        "An order has at most {most} items.", way_out="Hand the rest in with another form.", most=forms.MOST_ITEMS
    )
    return [group.lines[forms.MOST_ITEMS].fault("kind", error)]


def _examined(desk: _Desk, group: Group, cover: Mapping[str, Any], *, alone: bool) -> OrderForm | None:
    """The form of a group's order, planned and judged; its faults go to the desk. Writes nothing."""
    left, lost = group, set(desk.lost)
    if left.system not in desk.systems or not left.zone or "title" not in cover or "purpose" not in cover:
        return None  # the cover's own faults say so
    if len(left.lines) > forms.MOST_ITEMS:
        return None
    while left.lines and len(desk.faults) < MOST_FAULTS:
        try:
            made = order_form(left, cover, desk.systems[left.system], alone=alone)
            order = orders.draft(desk.ctx, desk.uow, made, "-", applicant_id=desk.applicant_id)
            evaluations.plan_of(desk.uow, order)
        except Contended:
            raise
        except UserError as error:
            line = left.line_of(error)
            if line is None or not _follows(line, error, lost):
                desk.faults.append(left.fault(error))
            if line is None:
                return None
            lost.add(str(line.values["name"]) if "name" in line.values else None)
            left = replace(left, lines=[other for other in left.lines if other is not line])
        else:
            if not desk.faults:
                _judge(desk, group, order)
            return made
    return None


def _follows(line: Line, error: UserError, lost: set[str | None]) -> bool:
    """Whether a row is wrong only because it names one that is wrong itself."""
    key = (error.field or "").rpartition(".")[2]
    if key not in REFERENCES or not isinstance(error, Invalid):
        return False
    name = str(line.values.get(key, ""))
    return None in lost or not lost.isdisjoint({name, name.rpartition("-")[0]})


def _judge(desk: _Desk, group: Group, order: Order) -> None:
    """What policies, clouds and quota say to one order; the quota counts the file's earlier orders with it."""
    try:
        found = evaluations.assess(desk.ctx, desk.uow, order)
    except Contended:
        raise
    except UserError as error:
        desk.faults.append(group.fault(error))
        return
    for finding in found.denials:
        place = group.fault(Invalid("", field=finding.field))
        reason = {locale: f"{text} {finding.way_out.get(locale, '')}" for locale, text in finding.reason.items()}
        desk.faults.append(
            Fault(
                sheet=place.sheet, cell=place.cell, message="Policy {rule}: {reason}", code="policy-denied",
                way_out="Change the order, or ask the office for an exemption.",
                params={"rule": finding.rule, "reason": reason},
            )
        )  # fmt: skip
    if not found.denials:
        desk.faults += _over_quota(desk, group, found)


def _over_quota(desk: _Desk, group: Group, found: Evaluation) -> Iterator[Fault]:
    """The rows at which the file, with all orders before, passes a quota: each dimension once."""
    for resource in found.plan.resources:
        line = group.lines[resource.item]
        for dimension, amount in resource.footprint.growth().items():
            key = (resource.cloud, group.zone, dimension)
            quota = found.quota[resource.cloud].get(dimension)
            left = quota.left if quota else desk.ctx.limits.default_quota
            before, desk.asked[key] = desk.asked[key], desk.asked[key] + amount
            if desk.asked[key] > left and (before <= left or not before):
                yield line.fault(
                    AMOUNTS[str(line.values["kind"])],
                    Invalid(
                        "Up to this row the form asks for {asked} {dimension}; the quota leaves {left}.",
                        way_out="Ask for less, release what is not needed, or ask the office for a higher quota.",
                        asked=desk.asked[key], dimension=dimension.value, left=left,
                    ),
                )  # fmt: skip


def _enter(desk: _Desk, group: Group, made: OrderForm, *, submit: bool) -> Taken:
    """Puts one order on record, and hands it in; what still fails is told in the form's own terms."""
    try:
        order = orders.enter(desk.ctx, desk.uow, made, applicant_id=desk.applicant_id)
        if submit:
            orders.hand_in(desk.ctx, desk.uow, order)
    except Contended:
        raise
    except UserError as error:
        raise FormInvalid([group.fault(error)]) from error
    servers = sum(getattr(item, "count", 0) for item in order.items)
    return Taken(
        id=order.id, number=order.number, title=order.title, system=group.system, zone=group.zone,
        rows=len(group.lines), servers=servers, state=order.state,
    )  # fmt: skip


def _keep(uow: UnitOfWork, department: Department, receipt: Receipt, turn: int, *, rows: int) -> None:
    """Puts the import itself on record, so that the same file is known again."""
    assert uow.actor.account_id is not None  # orders.draft has refused nobody's orders
    numbers = [str(order.number) for order in receipt.orders]
    record = Import(
        department_id=department.id, digest=receipt.digest, turn=turn, account_id=uow.actor.account_id, orders=numbers,
        created_at=uow.now,
    )  # fmt: skip
    uow.imports.add(record)
    uow.audit(
        "create/import",
        "import",
        record.id,
        department_id=department.id,
        after={"digest": receipt.digest, "rows": rows, "orders": numbers, "applicant": receipt.applicant, "turn": turn},
    )


def _place(fault: Fault) -> tuple[bool, int, str]:
    """Cover first, then row by row."""
    letters = fault.cell.rstrip("0123456789")
    return fault.sheet != forms.COVER, int(fault.cell.removeprefix(letters) or 0), letters
