"""What comes in heaps is one row with a count: findings of drift by kind and cloud, the objects of an adoption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, literal, or_, select, type_coerce

from cloudctl.domain.accounts import Actor, Permission
from cloudctl.domain.drift import DriftKind
from cloudctl.domain.shadows import ShadowKind
from cloudctl.domain.waste import WasteKind
from cloudctl.messages import mark
from cloudctl.persistence.queries.waiting.blanks import NO_DATE, NO_ORDER, NO_TEXT
from cloudctl.persistence.tables import adoptions, drift_findings, shadows, takings, waste_proposals

HEAPS: dict[DriftKind, str] = {
    DriftKind.UNKNOWN: mark("On the cloud, and on no record"),
    DriftKind.MISSING: mark("On record, and no longer on the cloud"),
    DriftKind.CHANGED: mark("Changed past the platform"),
    DriftKind.LEAKED: mark("Left behind by the platform"),
    DriftKind.ORPHAN: mark("Disks and snapshots that belong to nothing"),
    DriftKind.EXPIRED: mark("Past their term"),
    DriftKind.OWNERLESS: mark("With nobody to ask about them"),
    DriftKind.OVER_QUOTA: mark("Quotas that are exceeded"),
}

SHADOWS: dict[ShadowKind, str] = {
    ShadowKind.UNREGISTERED: mark("Runs, and is on no register"),
    ShadowKind.DUPLICATE: mark("Two systems that may be one"),
}
WASTE: dict[WasteKind, str] = {
    WasteKind.OVERSIZED: mark("Servers larger than what they do"),
    WasteKind.POWERED_OFF: mark("Servers that are switched off"),
    WasteKind.ORPHAN_DISK: mark("Volumes that hang on nothing"),
    WasteKind.OLD_SNAPSHOT: mark("Old snapshots"),
    WasteKind.UNUSED_ADDRESS: mark("Addresses that lead to nothing"),
    WasteKind.IDLE_SEGMENT: mark("Segments with nothing on them"),
}


def _findings(actor: Actor) -> Select[Any]:
    """Open findings, a row for each kind and cloud."""
    finding = drift_findings.c
    kind = type_coerce(finding.kind, Text)
    titles = {word.value: title for word, title in HEAPS.items()}
    rows = _heap(
        "drift",
        number=finding.cloud,
        title=case(titles, value=kind),
        state=literal("open"),
        what=mark("Resolve each of them: `cloudctl drift list --state open`."),
        why=mark("A cloud and the records disagree, and you may settle it."),
        actor=actor,
        count=func.count(),
        since=func.min(finding.found_at),
    ).where(finding.state == "open")
    realm = {actor.department_id, *actor.below}
    mine = rows if actor.sees_all else rows.where(finding.department_id.in_(realm))
    return mine.group_by(finding.cloud, finding.kind)


def _adoptions(actor: Actor) -> Select[Any]:
    """Adoptions, and their undoing, that a cloud has stopped."""
    adoption = adoptions.c
    waiting = takings.c.adoption_id == adoption.id, takings.c.state.in_(("recorded", "withdrawn"))
    objects = select(func.count()).select_from(takings).where(*waiting).correlate(adoptions).scalar_subquery()
    stopped = or_(adoption.state == "attention", and_(adoption.state == "undoing", adoption.last_error.is_not(None)))
    return _heap(
        "adoption",
        number=adoption.number,
        title=literal(mark("Objects that an adoption could not mark")),
        state=adoption.state,
        what=mark("See why, and have it tried again: `cloudctl adoptions retry`."),
        why=mark("A cloud refused, or did not answer, and you may go on with it."),
        actor=actor,
        count=objects,
        since=adoption.created_at,
    ).where(stopped)


def _shadows(actor: Actor) -> Select[Any]:
    """Open shadow systems, a row for each kind: the two are never added up."""
    shadow = shadows.c
    rows = _heap(
        "shadow",
        number=type_coerce(shadow.kind, Text),
        title=case({kind.value: title for kind, title in SHADOWS.items()}, value=type_coerce(shadow.kind, Text)),
        state=literal("open"),
        what=mark("Register, merge, clear or dismiss each: `cloudctl shadows list --state open`."),
        why=mark("It runs or stands on the register twice, and you may settle it."),
        actor=actor,
        count=func.count(),
        since=func.min(shadow.found_at),
    ).where(shadow.state == "open")
    realm = {actor.department_id, *actor.below}
    mine = rows if actor.sees_all else rows.where(shadow.department_id.in_(realm))
    return mine.group_by(shadow.kind)


def _waste(actor: Actor) -> Select[Any]:
    """Proposals that wait for their owner, a row for each kind; agreed snapshots wait for the operators."""
    proposal = waste_proposals.c
    kind = type_coerce(proposal.kind, Text)
    rows = _heap(
        "waste",
        number=kind,
        title=case({word.value: title for word, title in WASTE.items()}, value=kind),
        state=proposal.state,
        what=mark("Agree, or say what it is needed for: `cloudctl waste list --state open`."),
        why=mark("Your department has it and does not seem to use it."),
        actor=actor,
        count=func.count(),
        since=func.min(proposal.found_at),
    )
    realm = {actor.department_id, *actor.below}
    by_hand = and_(proposal.state == "accepted", proposal.order_id.is_(None))
    mine = and_(proposal.state == "open", proposal.department_id.in_(realm))
    return rows.where(by_hand if actor.sees_all else mine).group_by(proposal.kind, proposal.state)


def _heap(name: str, *, what: str, why: str, actor: Actor, **columns: ColumnElement[Any]) -> Select[Any]:
    """A row that stands for many things; of no order, and without a deadline."""
    return select(
        literal(name).label("source"),
        NO_DATE.label("due_at"),
        NO_ORDER.label("order_id"),
        columns["number"].label("number"),
        columns["title"].label("title"),
        NO_TEXT.label("department"),
        columns["state"].label("state"),
        literal(what).label("what"),
        literal(why).label("why"),
        literal(actor.for_name).label("principal"),
        columns["count"].label("count"),
        columns["since"].label("since"),
    )


MANY: tuple[tuple[frozenset[Permission], Callable[[Actor], Select[Any]]], ...] = (
    (frozenset({Permission.DRIFT_WRITE}), _findings),
    (frozenset({Permission.SHADOWS_WRITE}), _shadows),
    (frozenset({Permission.WASTE_WRITE}), _waste),
    (frozenset({Permission.ADOPTIONS_WRITE, Permission.WORKFLOWS_WRITE}), _adoptions),
)
"""What comes in heaps: for who holds one of the permissions."""
