"""Terms: a department is told a month and a week before what it has runs out, once each, all in one notice."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from cloudctl.domain.accounts import Role
from cloudctl.domain.calendars import today_for_people
from cloudctl.ports.context import Context, Request
from cloudctl.services.notices import tell

DAYS_BEFORE = (30, 7)


def remind(ctx: Context, request: Request) -> int:
    """Puts today's reminders into the outbox; answers how many were new. A second call on the same day adds none."""
    added = 0
    with ctx.unit_of_work(request) as uow:
        for days in DAYS_BEFORE:
            day = today_for_people(uow.now) + timedelta(days=days)
            ending: defaultdict[UUID, list[str]] = defaultdict(list)
            for resource in uow.resources.ending_on(day):
                ending[resource.department_id].append(resource.name)
            for fitting in (*uow.colocations.ending_on(day), *uow.accesses.ending_on(day)):
                ending[fitting.department_id].append(fitting.name or fitting.number)
            for department_id, names in ending.items():
                added += tell(
                    uow,
                    uow.accounts.with_role(Role.DEPARTMENT_OFFICER, department_id),
                    "term_ending",
                    {
                        "count": str(len(names)),
                        "names": ", ".join(sorted(names)),
                        "expires_on": str(day),
                    },
                    event=f"{department_id}/term/{day}/{days}",
                )
    return added
