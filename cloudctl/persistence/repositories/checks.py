"""Checks of applications, their history, incidents, and maintenance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select

from cloudctl.domain.apps import App
from cloudctl.domain.checks import Check, CheckResult, Incident
from cloudctl.domain.lifecycle_apps import APPS
from cloudctl.domain.lifecycle_checks import LOOKED_AT
from cloudctl.domain.maintenance import MaintenanceWindow
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import apps, check_results, checks, incidents, maintenance

_RETIRED = tuple(APPS.final)


class CheckRecords(Records[Check]):
    """Checks, and the runs of their outcomes."""

    noun, what = Check, "check"

    def due(self, before: datetime) -> Sequence[App]:
        lately = exists().where(checks.c.app_id == apps.c.id, checks.c.looked_at > before)
        wanted = apps.c.state.in_(LOOKED_AT), apps.c.running_since.is_not(None), ~lately
        return self._apps(select(App).where(*wanted).order_by(apps.c.code))

    def of_apps(self, apps_: Collection[UUID]) -> Sequence[Check]:
        theirs = select(Check).where(checks.c.app_id.in_(apps_)).order_by(checks.c.id)
        return self._all(theirs.with_for_update())

    def left(self) -> Sequence[Check]:
        gone = select(apps.c.id).where(apps.c.state.in_(_RETIRED))
        standing = checks.c.state != "ended", checks.c.app_id.in_(gone)
        return self._all(select(Check).where(*standing).order_by(checks.c.id).with_for_update())

    def results(self, keys: Collection[UUID]) -> dict[UUID, CheckResult]:
        found = self.session.scalars(select(CheckResult).where(check_results.c.id.in_(keys)))
        return {result.id: result for result in found}

    def add_result(self, result: CheckResult) -> None:
        self.session.add(result)

    def forget(self, before: datetime) -> int:
        old = delete(check_results).where(check_results.c.until_at < before)
        return self.session.connection().execute(old).rowcount

    def _apps(self, statement: object) -> Sequence[App]:
        return self.session.scalars(statement).all()  # type: ignore[call-overload,no-any-return]


class IncidentRecords(Records[Incident]):
    """Incidents."""

    noun, what = Incident, "incident"

    def open_of(self, apps_: Collection[UUID]) -> Sequence[Incident]:
        theirs = incidents.c.app_id.in_(apps_), incidents.c.state == "open"
        return self._all(select(Incident).where(*theirs).order_by(incidents.c.id).with_for_update())


class MaintenanceRecords(Records[MaintenanceWindow]):
    """Planned windows."""

    noun, what = MaintenanceWindow, "maintenance"

    def lock(self, key: UUID) -> MaintenanceWindow:
        return self._locked(key)

    def between(self, first: datetime, last: datetime) -> Sequence[MaintenanceWindow]:
        within = maintenance.c.starts_at < last, maintenance.c.ends_at > first
        return self._all(select(MaintenanceWindow).where(*within).order_by(maintenance.c.starts_at, maintenance.c.id))
