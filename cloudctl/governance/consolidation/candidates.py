"""Which systems are to move, and how the others stand that those need.

    found = sort_out([Facts(code="oa", status="in_use", verdict=Disposition.REHOST, ...), ...], [("oa", "sso")])
    found.movers, found.others, found.dependencies          # what plan_waves asks for

What is merged, or is to be, stands for its successor: who needs it needs that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cloudctl.domain.assessments import Disposition
from cloudctl.governance.consolidation.waves import Mover, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A system: its claimed `status`, the `verdict` that holds, the code of its successor, and how its move stands.

    `moving` says that its move has begun, or has its place in a wave under way; `arrived` that it has ended.
    """

    code: str
    status: str
    verdict: Disposition | None = None
    successor: str | None = None
    moving: bool = False
    arrived: bool = False
    vcpu: int = 0
    memory_mib: int = 0
    zone: str = ""
    ready_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Who moves, how the others stand, and who needs whom."""

    movers: list[Mover]
    others: dict[str, Standing]
    dependencies: list[tuple[str, str]]


_STANDINGS = {
    Disposition.KEEP: Standing.STAYS,
    Disposition.POSTPONE: Standing.POSTPONED,
    Disposition.RETIRE: Standing.RETIRING,
    Disposition.MERGE: Standing.RETIRING,
    None: Standing.UNDECIDED,
}


def sort_out(systems: Iterable[Facts], dependencies: Iterable[tuple[str, str]]) -> Candidates:
    """Who moves and who does not, in the order of the systems."""
    known = {system.code: system for system in systems}
    movers, others = [], {}
    for system in known.values():
        standing = standing_of(system)
        if standing is None:
            movers.append(Mover(system.code, system.vcpu, system.memory_mib, system.zone, system.ready_on))
        else:
            others[system.code] = standing
    heirs = {code: _heir(known, code) for code in known}
    needs = [(code, heirs[needed]) for code, needed in dependencies if code in known and needed in known]
    return Candidates(movers=movers, others=others, dependencies=needs)


def standing_of(system: Facts) -> Standing | None:
    """How a system stands; None for one that is to move and has not begun to."""
    if system.arrived or system.status == "on_platform":
        return Standing.ARRIVED
    if system.status in {"retired", "merged"}:
        return Standing.RETIRING
    if system.moving:
        return Standing.MOVING
    return None if system.verdict is Disposition.REHOST else _STANDINGS[system.verdict]


def _heir(known: Mapping[str, Facts], code: str) -> str:
    """The last of the line of its successors; itself where the line comes back."""
    at, seen = code, {code}
    while (following := known[at].successor) is not None and following in known:
        if following in seen:
            return code
        seen.add(following)
        at = following
    return at
