"""Whom a clearing tells of what: its owner, with a link to answer by, the department's head, the office.

The owner's officers come first; the head as well in the last days; the office when nobody has answered. Each of the
stages is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.answer_links import PARAM, AnswerLink
from cloudctl.domain.calendars import end_of_day
from cloudctl.domain.clearings import Clearing
from cloudctl.governance.zombies.acts import HEAD
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

OFFICE = (Role.OFFICE_ADMIN, Role.OFFICE_REVIEWER)
OPERATIONS = (*OFFICE, Role.OPERATOR)
SECOND_PERSONS = (Role.SECURITY_SPECIALIST, Role.OFFICE_ADMIN)


def owners(uow: UnitOfWork, department_id: UUID, *, head: bool = True) -> list[Account]:
    """Who can answer for a department now: its officers, and its heads where there is no officer or `head` is asked."""
    officers = list(uow.accounts.with_role(Role.DEPARTMENT_OFFICER, department_id))
    if officers and not head:
        return officers
    heads = uow.accounts.with_role(Role.DEPARTMENT_HEAD, department_id)
    return officers + [account for account in heads if account.id not in {officer.id for officer in officers}]


def ask(uow: UnitOfWork, clearing: Clearing, people: Sequence[Account], template: str, stage: int) -> None:
    """Tells the owner what is asked, each with a link of his own; who has a link keeps it, and it lives as long."""
    assert clearing.due_on is not None
    links = {link.account_id: link for link in uow.answer_links.of_clearing(clearing.id)}
    for account in people:
        link = links.get(account.id)
        if link is None:
            link = AnswerLink(
                clearing_id=clearing.id,
                department_id=clearing.department_id,
                account_id=account.id,
                expires_at=end_of_day(clearing.due_on),
                created_at=uow.now,
            )
            uow.answer_links.add(link)
        link.expires_at = max(link.expires_at, end_of_day(clearing.due_on))
        _tell(uow, clearing, [account], template, what=f"{stage}/{clearing.due_on}", **{PARAM: str(link.id)})


def remind(uow: UnitOfWork, clearing: Clearing, stage: int) -> None:
    """A reminder: to the officers at half time, to the head as well in the last days."""
    ask(uow, clearing, owners(uow, clearing.department_id, head=stage >= HEAD), "clearing_reminded", stage)


def tell_owner(uow: UnitOfWork, clearing: Clearing, template: str, reason: str = "") -> None:
    """Tells officers and heads what has happened."""
    people = owners(uow, clearing.department_id)
    _tell(uow, clearing, people, template, what=clearing.state, reason=reason or _cause(clearing))


def tell_office(
    uow: UnitOfWork, clearing: Clearing, template: str, reason: str = "", roles: Sequence[Role] = OPERATIONS
) -> None:
    """Tells the office, and operations, what has happened."""
    people = {account.id: account for role in roles for account in uow.accounts.with_role(role, None)}
    _tell(uow, clearing, list(people.values()), template, what=clearing.state, reason=reason or _cause(clearing))


def _tell(
    uow: UnitOfWork, clearing: Clearing, people: Sequence[Account], template: str, *, what: str, **more: str
) -> None:
    system = uow.systems.get(clearing.system_id)
    params = {
        "number": clearing.number,
        "system": system.code,
        "title": system.name,
        "day": str(clearing.due_on or ""),
        "until": str(clearing.backup_until or ""),
        **more,
    }
    tell(uow, people, template, params, event=f"{clearing.id}/{template}/{what}/{clearing.tries}")


def _cause(clearing: Clearing) -> str:
    return (clearing.cause or {}).get("zh_CN", "")
