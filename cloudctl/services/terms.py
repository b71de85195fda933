"""Terms: a department is told a month and a week before what it has runs out, once each, all in one notice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import NotFound
from cloudctl.domain.identifiers import derived_id
from cloudctl.domain.notices import Notice
from cloudctl.domain.resources import Resource
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

DAYS_BEFORE = (30, 7)


def remind(ctx: Context, request: Request) -> int:
    """Puts today's reminders into the outbox; answers how many were new. A second call on the same day adds none."""
    added = 0
    with ctx.unit_of_work(request) as uow:
        for days in DAYS_BEFORE:
            day = today_for_people(uow.now) + timedelta(days=days)
            ending: defaultdict[UUID, list[Resource]] = defaultdict(list)
            for resource in uow.resources.ending_on(day):
                ending[resource.department_id].append(resource)
            for department_id, resources in ending.items():
                for account in uow.accounts.with_role(Role.DEPARTMENT_OFFICER, department_id):
                    added += _remind(uow, account, day, days, resources)
    return added


def _remind(uow: UnitOfWork, account: Account, day: date, days: int, resources: list[Resource]) -> bool:
    key = derived_id(account.id, f"term/{day}/{days}")
    if not account.email or _told(uow, key):
        return False
    uow.notices.add(
        Notice(
            id=key,
            recipient=account.email,
            template="term_ending",
            params={
                "count": str(len(resources)),
                "names": ", ".join(sorted(resource.name for resource in resources)),
                "expires_on": str(day),
            },
            due_at=uow.now,
            created_at=uow.now,
        )
    )
    return True


def _told(uow: UnitOfWork, key: UUID) -> bool:
    try:
        uow.notices.get(key)
    except NotFound:
        return False
    return True
