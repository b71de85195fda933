"""Applications, where they stand, what is done to them, and their backups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, false, func, select

from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.hosts import HostLife
from cloudctl.domain.lifecycle_apps import OPEN, SERVING
from cloudctl.persistence.lives import HOSTS, LIFE, OF_SERVERS
from cloudctl.persistence.repositories.records import Records, count_up, record
from cloudctl.persistence.tables import app_acts, app_backups, app_places, apps, hosts, servers, systems
from cloudctl.ports.repositories.apps import HostRoom, Taken

_TAKEN = (
    select(
        app_places.c.host_id,
        app_places.c.app_id,
        apps.c.blueprint,
        apps.c.department_id,
        apps.c.quota_mib,
        apps.c.memory_mib,
        app_places.c.balancer,
    )
    .select_from(app_places.join(apps, apps.c.id == app_places.c.app_id))
    .order_by(app_places.c.host_id, app_places.c.id)
)


_ROOMS = (
    select(
        servers.c.id,
        servers.c.name,
        servers.c.zone,
        servers.c.cloud,
        servers.c.department_id,
        servers.c.system_id,
        servers.c.order_id,
        func.coalesce(systems.c.mlps_level, 1),
        func.coalesce(hosts.c.shared, false()),
        LIFE,
        servers.c.memory_mib,
        servers.c.root_disk_gib,
    )
    .select_from(OF_SERVERS)
    .where(HOSTS, servers.c.zone == bindparam("zone"))
    .order_by(servers.c.name, servers.c.id)
)
PLACES = "app_places"


class AppRecords(Records[App]):
    """Applications."""

    noun, what = App, "app"

    def lock(self, key: UUID) -> App:
        return self._locked(key)

    def by_code(self, code: str) -> App | None:
        return self._one(select(App).where(apps.c.code == code))

    def waiting(self) -> Sequence[App]:
        return self._all(select(App).where(apps.c.state == "waiting").order_by(apps.c.id))

    def serving(self) -> Sequence[App]:
        return self._all(select(App).where(apps.c.state.in_(SERVING)).order_by(apps.c.code))

    def certified_until(self, moment: datetime) -> Sequence[App]:
        ending = apps.c.state.in_(SERVING), apps.c.certificate_until < moment
        return self._all(select(App).where(*ending).order_by(apps.c.certificate_until))

    def of_system(self, system_id: UUID) -> Sequence[App]:
        return self._all(select(App).where(apps.c.system_id == system_id, apps.c.state.in_(OPEN)).order_by(apps.c.code))

    def places(self, app_id: UUID) -> Sequence[AppPlace]:
        mine = select(AppPlace).where(app_places.c.app_id == app_id, ~app_places.c.scratch)
        return self.session.scalars(mine.order_by(app_places.c.balancer.desc(), app_places.c.id)).all()

    def scratch(self, app_id: UUID) -> AppPlace | None:
        tried = select(AppPlace).where(app_places.c.app_id == app_id, app_places.c.scratch)
        return self.session.scalars(tried).one_or_none()

    def add_place(self, place: AppPlace) -> None:
        record(self.session, place)

    def leave(self, place: AppPlace) -> None:
        self.session.delete(place)
        self.session.flush()

    def taken(self, hosts: Collection[UUID] | None = None) -> Sequence[Taken]:
        asked = _TAKEN if hosts is None else _TAKEN.where(app_places.c.host_id.in_(hosts))
        return [Taken(*row) for row in self.session.connection().execute(asked)]

    def rooms(self, zone: str) -> Sequence[HostRoom]:
        self.session.flush()
        found = self.session.connection().execute(_ROOMS, {"zone": zone})
        return [HostRoom(*row)._replace(shared=bool(row[8]), life=HostLife(row[9])) for row in found]

    def lock_places(self) -> None:
        count_up(self.session, PLACES)
        self.session.flush()

    def on_host(self, host_id: UUID) -> Sequence[App]:
        there = select(app_places.c.app_id).where(app_places.c.host_id == host_id, ~app_places.c.scratch)
        return self._all(select(App).where(apps.c.id.in_(there)).order_by(apps.c.code))


class AppActRecords(Records[AppAct]):
    """What is done to applications."""

    noun, what = AppAct, "app_act"

    def lock(self, key: UUID) -> AppAct:
        return self._locked(key)

    def of_app(self, app_id: UUID) -> Sequence[AppAct]:
        return self._all(select(AppAct).where(app_acts.c.app_id == app_id).order_by(app_acts.c.id.desc()))


class AppBackupRecords(Records[AppBackup]):
    """Backups of applications."""

    noun, what = AppBackup, "app_backup"

    def lock(self, key: UUID) -> AppBackup:
        return self._locked(key)

    def of_app(self, app_id: UUID) -> Sequence[AppBackup]:
        mine = select(AppBackup).where(app_backups.c.app_id == app_id)
        return self._all(mine.order_by(app_backups.c.taken_at.desc(), app_backups.c.id.desc()))

    def of_act(self, act_id: UUID) -> AppBackup | None:
        return self._one(select(AppBackup).where(app_backups.c.act_id == act_id))

    def left(self, department_id: UUID, blueprint: str) -> Sequence[AppBackup]:
        theirs = select(AppBackup).join(apps, apps.c.id == app_backups.c.app_id)
        ended = apps.c.department_id == department_id, apps.c.blueprint == blueprint, apps.c.state == "retired"
        newest = app_backups.c.taken_at.desc(), app_backups.c.id.desc()
        return self._all(theirs.where(*ended, app_backups.c.state != "purged").order_by(*newest))

    def past(self, today: date) -> Sequence[AppBackup]:
        over = app_backups.c.state != "purged", app_backups.c.keep_until < today
        return self._all(select(AppBackup).where(*over).order_by(app_backups.c.id))
