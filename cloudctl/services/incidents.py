"""Incidents (故障): opened and closed by what the checks say, with a notice to who has the application.

follow(ctx, uow, {app.id: (app, checks_by_name)})       # in the transaction that keeps what was seen

While planned maintenance is under way none is opened; what still fails at its end is one then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.apps import App
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.checks import Cause, Check, Incident
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

OWNERS = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
OPERATIONS = (Role.OFFICE_ADMIN, Role.OPERATOR)
Looked = Mapping[UUID, tuple[App, Mapping[str, Check]]]


def follow(ctx: Context, uow: UnitOfWork, looked: Looked) -> None:
    """Opens and closes incidents of these applications, by their checks as they are now."""
    limits = ctx.limits.checks
    windows = [window for window in uow.maintenance.between(uow.now, uow.now) if window.open_at(uow.now)]
    open_: dict[tuple[UUID, Cause], Incident] = {
        (incident.app_id, incident.cause): incident for incident in uow.incidents.open_of(looked)
    }
    for app, checks in looked.values():
        planned = any(window.covers(app.id, app.zone) for window in windows)
        for check in checks.values():
            if check.state != "failing" or check.cause is None or check.in_a_row < limits.failures:
                continue
            standing = open_.get((app.id, check.cause))
            if standing is not None:
                if check.name not in standing.checks:
                    standing.checks.append(check.name)
            elif not planned and not _told(open_, app, check):
                open_[app.id, check.cause] = _opened(uow, app, check)
    for incident in open_.values():
        app, checks = looked[incident.app_id]
        mine = [checks[name] for name in incident.checks if name in checks]
        if all(_well(check, limits.successes) for check in mine):
            incident.over("close", uow.now)
            _audit(uow, incident, app, "update/incident-close")
            _tell(uow, app, incident, "incident_closed")


def end(uow: UnitOfWork, apps: Collection[UUID]) -> None:
    """Ends those of applications that are not looked at any more."""
    for incident in uow.incidents.open_of(apps):
        incident.over("end", uow.now)
        uow.audit(
            "stop/incident", "incident", incident.id, department_id=incident.department_id,
            after={"cause": incident.cause.value, "state": incident.state},
        )  # fmt: skip


def _told(open_: Mapping[tuple[UUID, Cause], Incident], app: App, check: Check) -> bool:
    """An outage of a check that an open incident of this application names already is the same story."""
    return check.cause is not Cause.CERTIFICATE_EXPIRED and any(
        key == app.id and check.name in incident.checks for (key, _), incident in open_.items()
    )


def _well(check: Check, successes: int) -> bool:
    return check.state == "ended" or (check.state == "well" and check.in_a_row >= successes)


def _opened(uow: UnitOfWork, app: App, check: Check) -> Incident:
    assert check.cause is not None
    incident = Incident(
        app_id=app.id, department_id=app.department_id, cause=check.cause, checks=[check.name],
        words=dict(check.words), begun_at=check.since or uow.now, opened_at=uow.now, created_at=uow.now,
    )  # fmt: skip
    uow.incidents.add(incident)
    _audit(uow, incident, app, "create/incident")
    template = "incident_opened" if incident.cause is Cause.OUTAGE else f"incident_{incident.cause.value}"
    _tell(uow, app, incident, template)
    return incident


def _audit(uow: UnitOfWork, incident: Incident, app: App, action: str) -> None:
    told: dict[str, object] = {
        "app": app.code, "cause": incident.cause.value, "checks": list(incident.checks), "state": incident.state,
    }  # fmt: skip
    uow.audit(action, "incident", incident.id, department_id=incident.department_id, after=told)


def _tell(uow: UnitOfWork, app: App, incident: Incident, template: str) -> None:
    """Its department's people, operations and the office's admins, once each."""
    people: dict[UUID, Account] = {}
    for roles, department in ((OWNERS, app.department_id), (OPERATIONS, None)):
        for role in roles:
            people |= {account.id: account for account in uow.accounts.with_role(role, department)}
    params = {
        "code": app.code, "title": app.name, "url": app.url, "owner": app.owner or "-",
        "since": incident.begun_at.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M"),
        "reason": incident.words.get("zh_CN", ""), "reason_en": incident.words.get("en", ""),
    }  # fmt: skip
    tell(uow, people.values(), template, params, event=f"{incident.id}/{template}")
