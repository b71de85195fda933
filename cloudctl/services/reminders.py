"""Reminders: a department is told 90 and 30 days before something of its systems runs out, and on the day.

Each is given once, all of a round in one notice for each stage; what was missed while no worker ran is made up for.
"""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.reminders import STAGES, Reminder, stage
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import PageAsk
from cloudctl.ports.queries.rows import SystemDueRow
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

MOST_NAMED = 10
ROWS = 500


def remind(ctx: Context, request: Request) -> int:
    """Puts what is new into the outbox; answers how many reminders that were, notices aside."""
    rounds = _new(ctx, request)
    for (department_id, days), rows in sorted(rounds.items()):
        with ctx.unit_of_work(request) as uow:
            uow.reminders.add([_reminder(row, days) for row in rows])
            named = [f"{row.code} {row.name} ({row.due_on})" for row in rows]
            more = "…" if len(named) > MOST_NAMED else ""
            tell(
                uow,
                _people(uow, department_id, days),
                "systems_due" if days else "systems_overdue",
                {"count": str(len(rows)), "days": str(days), "names": ", ".join(named[:MOST_NAMED]) + more},
                event=f"{department_id}/systems-due/{new_id()}",
            )
    return sum(map(len, rounds.values()))


def _new(ctx: Context, request: Request) -> dict[tuple[UUID, int], list[SystemDueRow]]:
    """What nobody was told of yet, by department and stage."""
    with ctx.unit_of_work(request) as uow:
        told = uow.reminders.told()
    found: defaultdict[tuple[UUID, int], list[SystemDueRow]] = defaultdict(list)
    for row in _due(ctx):
        days = stage(row.days_left)
        if days is not None and _reminder(row, days) not in told:
            found[row.department_id, days].append(row)
    return found


def _due(ctx: Context) -> list[SystemDueRow]:
    rows: list[SystemDueRow] = []
    cursor: str | None = None
    while True:
        page = ctx.queries.systems_due.page(None, {"days_left": STAGES[0]}, PageAsk(limit=ROWS, cursor=cursor))
        rows += [row for row in page.items if isinstance(row, SystemDueRow)]
        cursor = page.next
        if cursor is None:
            return rows


def _reminder(row: SystemDueRow, days: int) -> Reminder:
    return Reminder(row.system_id, row.matter, row.due_on, days)


def _people(uow: UnitOfWork, department_id: UUID, days: int) -> list[Account]:
    """Its officers; when the day has come, its heads as well."""
    roles = (Role.DEPARTMENT_OFFICER,) if days else (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
    return [account for role in roles for account in uow.accounts.with_role(role, department_id)]
