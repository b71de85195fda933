"""Waste besides zombies: proposed to its owner, accepted as an ordinary order, or declined with a reason.

    scan(ctx, request)                                    # again changes nothing
    accept(ctx, request, proposal_id, no_state_secrets=True)            # writes the order and hands it in

Nothing is taken from anybody: an accepted proposal goes the way of every order, with sign-off, review and retention.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import check_declared, refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.items import Item, ReleaseItem, ResizeItem
from cloudctl.domain.lifecycle_shadows import WASTE
from cloudctl.domain.waste import Proposal, WasteKind
from cloudctl.governance.waste.planner import Line, look
from cloudctl.governance.waste.rounds import Before, Change, marked, settle
from cloudctl.governance.waste.words import worded
from cloudctl.governance.waste.worth import yearly_fen
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import orders
from cloudctl.services.notices import tell
from cloudctl.services.stock import specifications, stocks, uses

AT_ONCE = 500  # changes of one transaction
OWNERS = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look changed on record: how many proposals are new or open again, otherwise, carried out, or gone."""

    opened: int = 0
    renewed: int = 0
    done: int = 0
    vanished: int = 0


def scan(ctx: Context, request: Request) -> Looked:
    """Looks for waste on every cloud that was read well; a department is told once of what is new to it."""
    request.actor.require(Permission.WASTE_WRITE)
    if not request.actor.sees_all:
        raise Forbidden(
            "A look goes over every department: the office asks for it.",
            way_out="See what is proposed to you: `cloudctl waste list`.",
        )
    used, sizes = uses(ctx), specifications(ctx)
    with ctx.unit_of_work(request) as uow:
        found, unread = stocks(ctx, uow, used, sizes)
        known = uow.waste.known()
        became = uow.waste.orders_of({one.order_id for one in known.values() if one.order_id is not None})
        before = Before(known=known, orders=became, unread=unread)
        lines = [line for stock in found for line in look(stock)]
        changes = sorted(settle(lines, before, today_for_people(uow.now)), key=_by_department)
    for at in range(0, len(changes), AT_ONCE):
        _write(ctx, request, changes[at : at + AT_ONCE])
    events = [change.event for change in changes]
    return Looked(
        opened=sum(event in {None, "return", "give_up"} for event in events),
        renewed=events.count("renew"),
        done=events.count("finish"),
        vanished=events.count("vanish"),
    )


def get(ctx: Context, request: Request, proposal_id: UUID) -> Proposal:
    """One proposal of what the actor sees."""
    request.actor.require(Permission.WASTE_READ)
    with ctx.unit_of_work(request) as uow:
        proposal = uow.waste.get(proposal_id)
    request.actor.require_sight(proposal.department_id, "proposal", proposal_id)
    return proposal


def accept(
    ctx: Context,
    request: Request,
    proposal_id: UUID,
    *,
    no_state_secrets: bool | None = None,
    system: str | None = None,
    expected_version: int | None = None,
) -> Proposal:
    """Agrees: the order that carries it out is written and handed in, in the same transaction.

    It needs what every order needs: the declaration, and a system (`system` by code, where the resource has none).
    Raises what handing in an order raises; then nothing is changed. A snapshot is deleted by the operators.
    """
    request.actor.require(Permission.WASTE_WRITE)
    with ctx.unit_of_work(request) as uow:
        proposal = _locked(uow, request, proposal_id, expected_version)
        WASTE.next(proposal.state, "accept")
        order_id = None
        if proposal.kind is not WasteKind.OLD_SNAPSHOT:
            order_id = _ordered(ctx, uow, request, proposal, system, no_state_secrets=no_state_secrets)
        proposal.accept(request.actor.account_id, uow.now, order_id)
        _audit(uow, "allow/waste", proposal)
        return uow.answer(proposal)


def decline(
    ctx: Context,
    request: Request,
    proposal_id: UUID,
    *,
    reason: str,
    until: date | None = None,
    expected_version: int | None = None,
) -> Proposal:
    """Says what it is needed for; it is not proposed again before the day after `until`."""
    request.actor.require(Permission.WASTE_WRITE)
    refuse_secret(None, {"reason": reason})
    rules = ctx.waste_rules
    with ctx.unit_of_work(request) as uow:
        proposal = _locked(uow, request, proposal_id, expected_version)
        today = today_for_people(uow.now)
        last = until or today + timedelta(days=rules.again_days)
        if not today <= last <= today + timedelta(days=rules.longest_refusal_days):
            raise Invalid(
                "A refusal holds until today or later, for {most} days at most.",
                field="until",
                way_out="Choose a nearer day, and decline it again then.",
                most=rules.longest_refusal_days,
            )
        proposal.decline(reason, last + timedelta(days=1), request.actor.account_id, uow.now)
        _audit(uow, "deny/waste", proposal)
        return uow.answer(proposal)


def _locked(uow: UnitOfWork, request: Request, proposal_id: UUID, expected_version: int | None) -> Proposal:
    proposal = uow.waste.lock(proposal_id)
    request.actor.require_sight(proposal.department_id, "proposal", proposal_id)
    uow.check_version(proposal, expected_version)
    return proposal


def _ordered(
    ctx: Context,
    uow: UnitOfWork,
    request: Request,
    proposal: Proposal,
    system: str | None,
    *,
    no_state_secrets: bool | None,
) -> UUID:
    """The order that the proposal becomes, handed in; its purpose names the proposal."""
    request.actor.require(Permission.ORDERS_WRITE)
    check_declared(no_state_secrets, {})
    form = orders.OrderForm(
        system_id=_system(uow, proposal, system),
        title=f"{_TITLES[proposal.kind]} {proposal.name}",
        purpose=f"{proposal.words['zh_CN']}（优化建议 {proposal.id}）",
        zone=proposal.zone or "",
        no_state_secrets=True,
        items=[_item(proposal)],
    )
    orders.check_form(form)
    order = orders.enter(ctx, uow, form)
    orders.hand_in(ctx, uow, order)
    return order.id


_TITLES = {
    WasteKind.OVERSIZED: "规格调减",
    WasteKind.POWERED_OFF: "释放已关机云主机",
    WasteKind.ORPHAN_DISK: "释放闲置云硬盘",
    WasteKind.UNUSED_ADDRESS: "释放闲置浮动地址",
    WasteKind.IDLE_SEGMENT: "释放闲置网段",
}


def _system(uow: UnitOfWork, proposal: Proposal, code: str | None) -> UUID:
    if code is None and proposal.system_id is not None:
        return proposal.system_id
    named = None if code is None else uow.systems.by_code(code)
    if named is None or named.department_id != proposal.department_id:
        raise Invalid(
            "{name} belongs to no system, and an order is for one.",
            field="system",
            way_out="Name a system of the department by its code.",
            name=proposal.name,
        )
    return named.id


def _item(proposal: Proposal) -> Item:
    if proposal.resource_id is None:
        raise Conflict("{name} is on no record.", way_out="See `cloudctl drift list`.", name=proposal.name)
    if proposal.specification is not None:
        return ResizeItem(server=proposal.resource_id, specification=proposal.specification)
    return ReleaseItem(resource=proposal.resource_id)


def _by_department(change: Change) -> tuple[str, str]:
    one = change.line or change.proposal
    return (str(one.department_id), str(one.id)) if one is not None else ("", "")


def _write(ctx: Context, request: Request, changes: Sequence[Change]) -> None:
    with ctx.unit_of_work(request) as uow:
        news: dict[UUID, list[Proposal]] = {}
        counts: dict[str, object] = {}
        for change in changes:
            proposal = _changed(ctx, uow, change)
            if proposal is None:
                continue
            name = change.event or "new"
            counts[name] = int(str(counts.get(name, 0))) + 1
            if name in {"new", "return"} and proposal.department_id is not None:
                news.setdefault(proposal.department_id, []).append(proposal)
        if counts:
            uow.audit("update/waste", "waste", uow.now.isoformat(), after=counts)
        for department_id, proposals in sorted(news.items()):
            _tell(uow, department_id, proposals)


def _changed(ctx: Context, uow: UnitOfWork, change: Change) -> Proposal | None:
    """Puts one change on record, unless somebody has decided on it meanwhile."""
    if change.proposal is None:
        assert change.line is not None
        proposal = _new(ctx, uow, change.line)
        uow.waste.add(proposal)
        return proposal
    proposal = uow.waste.lock(change.proposal.id)
    if proposal.version != change.proposal.version or proposal.state != change.proposal.state:
        return None
    if change.line is not None:
        _renew(ctx, uow, proposal, change.line)
    match change.event:
        case "renew":
            pass
        case "return" | "give_up":
            proposal.reopen(change.event)
            proposal.found_at = uow.now
        case event:
            assert event is not None
            proposal.advance(event)
            proposal.done_at = uow.now
            if event == "finish":
                _audit(uow, "update/waste-done", proposal)
    return proposal


def _new(ctx: Context, uow: UnitOfWork, line: Line) -> Proposal:
    proposal = Proposal(
        id=line.id,
        kind=line.kind,
        cloud=line.cloud,
        zone=line.zone,
        subject_id=line.subject_id,
        subject_kind=line.subject_kind,
        name=line.name,
        department_id=line.department_id,
        system_id=line.system_id,
        resource_id=line.resource_id,
        object_id=line.object_id,
        saved=line.saved,
        saved_fen=None,
        book_version=ctx.price_book.version,
        rules_version=ctx.waste_rules.version,
        facts={},
        mark="",
        words={},
        next_step={},
        found_at=uow.now,
        created_at=uow.now,
    )
    _renew(ctx, uow, proposal, line)
    return proposal


def _renew(ctx: Context, uow: UnitOfWork, proposal: Proposal, line: Line) -> None:
    words, facts = worded(line), msgspec.to_builtins(line.facts)
    assert isinstance(facts, dict)
    prices, today = ctx.waste_rules.prices, today_for_people(uow.now)
    proposal.name, proposal.zone = line.name, line.zone
    proposal.department_id, proposal.system_id = line.department_id, line.system_id
    proposal.specification, proposal.saved = line.specification, line.saved
    proposal.saved_fen = yearly_fen(ctx.price_book, prices, line.saved, today)
    proposal.book_version, proposal.rules_version = ctx.price_book.version, ctx.waste_rules.version
    proposal.facts, proposal.mark = facts, marked(line)
    proposal.words, proposal.next_step = words.said, words.next_step


def _tell(uow: UnitOfWork, department_id: UUID, proposals: Sequence[Proposal]) -> None:
    params = {"count": str(len(proposals)), "names": ", ".join(one.name for one in proposals[:5])}
    people = [account for role in OWNERS for account in uow.accounts.with_role(role, department_id)]
    day = today_for_people(uow.now)
    tell(uow, people, "waste_proposed", params, event=f"{department_id}/waste/{day}/{proposals[0].id}")


def _audit(uow: UnitOfWork, action: str, proposal: Proposal) -> None:
    after: dict[str, Any] = {
        "kind": proposal.kind.value,
        "name": proposal.name,
        "state": proposal.state,
        "order_id": proposal.order_id,
        "not_before": proposal.not_before,
        "saved": msgspec.to_builtins(proposal.saved),
        "saved_fen": proposal.saved_fen,
    }
    uow.audit(
        action, "proposal", proposal.id, department_id=proposal.department_id, after=after, reason=proposal.reason
    )
