"""Systems that may be one under two names, as the register stands: offered, and left to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloudctl.domain.accounts import Permission
from cloudctl.domain.systems import ENDED
from cloudctl.governance.consolidation.duplicates import LEAST, Described, Pair, find
from cloudctl.ports.context import Context, Request

MOST_PAIRS = 500
USUALLY = LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """A pair with the names of its two systems."""

    pair: Pair
    first_name: str
    second_name: str


def suspected(ctx: Context, request: Request, *, least: int = LEAST) -> Sequence[Suspected]:
    """The pairs of at least `least` points among what the actor sees and has not ended, the surest MOST_PAIRS."""
    actor = request.actor
    actor.require(Permission.SYSTEMS_READ)
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        records = uow.register_rows.on_record("systems")
    living = [row for row in records if row["status"] not in ENDED and actor.sees(row["department_id"])]
    names = {str(row["code"]): str(row["name"]) for row in living}
    return [
        Suspected(pair=pair, first_name=names[pair.first], second_name=names[pair.second])
        for pair in pairs(living, least=least)
    ]


def pairs(living: Iterable[Mapping[str, Any]], *, least: int = LEAST) -> Sequence[Pair]:
    """The pairs among rows of the register, the surest MOST_PAIRS."""
    described = [
        Described(
            code=row["code"],
            name=row["name"],
            department=str(row["department_id"]),
            check_url=row["check_url"],
            contract_number=row["contract_number"],
            project_document=row["project_document"],
        )
        for row in living
    ]
    return find(described, least=least)[:MOST_PAIRS]
