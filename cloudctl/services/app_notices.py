"""Whom an application tells of what: its department's officers and heads, the office, operations."""

from __future__ import annotations

from collections.abc import Sequence

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.apps import App, Words
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

OFFICE = (Role.OFFICE_ADMIN, Role.OFFICE_REVIEWER)
OPERATIONS = (Role.OFFICE_ADMIN, Role.OPERATOR)


def tell_department(uow: UnitOfWork, app: App, template: str, *, reason: Words | None = None, **more: str) -> None:
    """Tells officers and heads of the application's department."""
    people = [
        account
        for role in (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
        for account in uow.accounts.with_role(role, app.department_id)
    ]
    _tell(uow, app, people, template, _params(app, reason, more))


def tell_office(uow: UnitOfWork, app: App, template: str, *, reason: Words | None = None, **more: str) -> None:
    """Tells the office, which decides."""
    _tell(uow, app, _holders(uow, OFFICE), template, _params(app, reason, more))


def tell_operations(uow: UnitOfWork, app: App, template: str, *, reason: Words | None = None, **more: str) -> None:
    """Tells operations, and the office's admins."""
    _tell(uow, app, _holders(uow, OPERATIONS), template, _params(app, reason, more))


def _holders(uow: UnitOfWork, roles: Sequence[Role]) -> list[Account]:
    return list({account.id: account for role in roles for account in uow.accounts.with_role(role, None)}.values())


def _tell(uow: UnitOfWork, app: App, people: Sequence[Account], template: str, params: dict[str, str]) -> None:
    """Once for each act of an application."""
    tell(uow, people, template, params, event=f"{app.id}/{template}/{app.act_id}")


def _params(app: App, reason: Words | None, more: dict[str, str]) -> dict[str, str]:
    """What every notice says; the reason is in the office's language, as it stands on record."""
    return {
        "code": app.code, "title": app.name, "url": app.url, "release": app.release or app.wanted,
        "reason": (reason or app.reason).get("zh_CN", ""), **more,
    }  # fmt: skip
