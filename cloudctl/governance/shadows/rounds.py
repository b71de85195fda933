"""What one look changes on record: what is new, what consists of something else, what is no longer so.

    for change in settle(plan, before, today):
        change.event            # None for what is new, "renew" for what is open and otherwise, else that of the table

Run twice, the second time changes nothing. What somebody has dismissed stays so as long as it is what was dismissed and
the day up to which it holds has not passed; what was registered, as long as that system stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.drift import DriftAct, Finding, mark_of
from cloudctl.domain.shadows import Shadow, ShadowSubject
from cloudctl.domain.sweeps import SweepKind
from cloudctl.governance.shadows.planner import Line, Plan

SWEPT = {
    ShadowSubject.SERVICE: SweepKind.SERVICES,
    ShadowSubject.DNS_NAME: SweepKind.DNS,
    ShadowSubject.CERTIFICATE: SweepKind.CERTIFICATES,
}
ENDED = {DriftAct.ADOPT: "register", DriftAct.RELEASE: "finish", DriftAct.ACCEPT: "dismiss"}
"""What it comes to for a shadow that the finding of drift about it was resolved by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: `shadow` is None for what is new, `line` for what is no longer seen."""

    shadow: Shadow | None
    line: Line | None
    event: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is on record: shadows, the findings of drift that they rest on, which system was merged into which.

    `abandoned` are clearings of systems that ended without a deletion.
    """

    known: Mapping[UUID, Shadow]
    findings: Mapping[UUID, Finding]
    merged: Mapping[UUID, UUID]
    abandoned: Collection[UUID] = ()


def settle(plan: Plan, before: Before, today: date) -> Iterator[Change]:
    """Compares what is seen with what is on record."""
    planned = {line.id: line for line in plan.lines}
    for key, line in planned.items():
        shadow = before.known.get(key)
        event = "new" if shadow is None else _still(shadow, line, before, today)
        if event is not None:
            yield Change(shadow=shadow, line=line, event=None if event == "new" else event)
    for key, shadow in before.known.items():
        if key not in planned and key not in plan.silent and not _stale(shadow, plan):
            event = _gone(shadow, before)
            if event is not None:
                yield Change(shadow=shadow, line=None, event=event)


def marked(line: Line) -> str:
    """A digest of what a shadow consists of."""
    facts: Any = msgspec.to_builtins(line.facts)
    return mark_of(facts)


def _still(shadow: Shadow, line: Line, before: Before, today: date) -> str | None:
    match shadow.state:
        case "open":
            return "renew" if _differs(shadow, line) else None
        case "clearing":
            given_up = shadow.target_id in before.abandoned or _there_all_the_same(shadow, line)
            return "give_up" if given_up else None
        case "dismissed":
            over = shadow.until_on is not None and today > shadow.until_on
            return "return" if over or shadow.mark != marked(line) else None
        case _:
            return "return"


def _differs(shadow: Shadow, line: Line) -> bool:
    kept = (shadow.mark, shadow.name, shadow.department_id, shadow.finding_id, shadow.resource_id)
    return kept != (marked(line), line.name, line.department_id, line.finding_id, line.resource_id)


def _there_all_the_same(shadow: Shadow, line: Line) -> bool:
    """Whether what was to go is there: its finding of drift is open again, or a sweep that was taken later shows it."""
    taken_at = line.evidence.get("taken_at")
    if taken_at is None or shadow.settled_at is None:
        return line.finding_id is not None
    return bool(taken_at > shadow.settled_at)


def _gone(shadow: Shadow, before: Before) -> str | None:
    finding = None if shadow.finding_id is None else before.findings.get(shadow.finding_id)
    if shadow.state == "clearing":
        under_way = finding is not None and finding.state == "resolving"
        return None if under_way else "finish"
    if shadow.state != "open":
        return None
    if shadow.system_id is not None and shadow.other_id is not None:
        pair = {shadow.system_id, shadow.other_id}
        return "merge" if any(before.merged.get(one) in pair for one in pair) else "vanish"
    if finding is not None and finding.state == "resolved" and finding.act is not None:
        return ENDED.get(finding.act, "vanish")
    return None if finding is not None and finding.state == "resolving" else "vanish"


def _stale(shadow: Shadow, plan: Plan) -> bool:
    kind = SWEPT.get(shadow.subject)
    return kind is not None and (kind, str(shadow.evidence.get("source", ""))) in plan.sources
