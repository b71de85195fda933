"""What one comparison changes on record: what is new, what is so again or otherwise, what is no longer so.

    news, again, gone = settle(plan, known, cloud="city-a")

Run twice, the second time changes nothing. What is being resolved is left to who resolves it; what was accepted stays
resolved as long as it is what was accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.drift import DriftAct, Known, News, finding_id, mark_of
from cloudctl.governance.drift.planner import Line, Plan
from cloudctl.governance.drift.words import worded


class Round(NamedTuple):
    """`new` are put on record, `renewed` taken over, `gone` (id and version) have vanished."""

    new: list[News]
    renewed: list[News]
    gone: dict[UUID, int]


def settle(plan: Plan, known: Mapping[UUID, Known], cloud: str) -> Round:
    """Compares what is so with what is on record."""
    planned = {finding_id(cloud, line.kind, line.subject_id): line for line in plan.lines}
    news = list(_news(planned.items(), known, cloud))
    silent = set(plan.silent)
    gone = {
        old.id: old.version
        for old in known.values()
        if old.state == "open" and old.id not in planned and old.subject_id not in silent
    }
    return Round([one for one in news if one.version is None], [one for one in news if one.version is not None], gone)


def _news(planned: Iterable[tuple[UUID, Line]], known: Mapping[UUID, Known], cloud: str) -> Iterator[News]:
    for key, line in planned:
        old, mark = known.get(key), mark_of(line.facts)
        if old is None:
            yield _said(key, line, mark, cloud)
        elif old.state == "open" and (old.mark, old.name) != (mark, line.name):
            yield _said(key, line, mark, cloud, version=old.version)
        elif old.state == "vanished" or (old.state == "resolved" and not _settled(old, mark)):
            yield _said(key, line, mark, cloud, version=old.version, again=True)


def _settled(old: Known, mark: str) -> bool:
    return old.act is DriftAct.ACCEPT and old.mark == mark


def _said(key: UUID, line: Line, mark: str, cloud: str, version: int | None = None, *, again: bool = False) -> News:
    words = worded(line, cloud, key)
    return News(
        id=key,
        kind=line.kind,
        subject_id=line.subject_id,
        subject_kind=line.subject_kind,
        name=line.name,
        object_id=line.object_id,
        resource_id=line.resource_id,
        department_id=line.department_id,
        facts=line.facts,
        evidence=line.evidence,
        mark=mark,
        words=words.said,
        next_step=words.next_step,
        version=version,
        again=again,
    )
