"""Applications: what is sent to have one, and what is answered of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Line, MlpsLevel, Name, Out, Text, Zone
from cloudctl.domain.apps import App
from cloudctl.services.app_backups import Unrestorable
from cloudctl.services.app_forms import AppForm
from cloudctl.services.apps import Each, Status

CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"
AppCode = Annotated[str, Field(min_length=1, max_length=63, pattern=CODE)]
DepartmentCode = Annotated[str, Field(min_length=1, max_length=64)]
Release = Annotated[str, Field(min_length=1, max_length=32)]
APP: dict[str, Any] = {
    "blueprint": "department-site", "zone": "extranet", "code": "fgw-site", "name": "发展改革委网站",
    "parameters": {"title": "发展和改革委员会"}, "no_state_secrets": True,
}  # fmt: skip


class AppFields(In):
    """What an application is to be; see `AppIn`."""

    blueprint: Name
    zone: Zone
    code: AppCode | None = None
    name: Line | None = None
    mlps_level: MlpsLevel | None = None
    release: Release | None = None
    size: Line | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    cloud: Line | None = None
    own: bool = False
    exposed: bool = False
    owner: Line = ""
    no_state_secrets: bool | None = None


class AppIn(AppFields):
    """An application to deploy. What is left out is taken from the blueprint.

    Without a `code` it has its department's and the blueprint's. Without a `system_id` a system of that code is put on
    record with it, which takes `no_state_secrets`. With `own` it gets servers of its own, those of `order_id` where one
    is named. `exposed` needs the report of the test before a launch, the filings, and an `owner`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [APP]})

    department_id: UUID | None = None
    system_id: UUID | None = None
    order_id: UUID | None = None

    def form(self) -> AppForm:
        """As the use case takes it."""
        return AppForm(**{name: value for name, value in self.fields().items() if name != "department_id"})


class AppEachIn(AppFields):
    """One application for each of these departments, by code; `code` is what stands behind the department's own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**APP, "code": "site", "departments": ["fgw", "audit"]}]}
    )

    departments: Annotated[list[DepartmentCode], Field(min_length=1, max_length=200)]

    def form(self) -> AppForm:
        """As the use case takes it."""
        return AppForm(**{name: value for name, value in self.fields().items() if name != "departments"})


class AppReasonIn(In):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "已停用"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class AppUpgradeIn(In):
    """To which release; the newest without one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"release": "2.0.0"}]})

    release: Release | None = None


class AppRestoreIn(In):
    """Which backup; the newest of its own that is restorable without one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"backup_id": None}]})

    backup_id: UUID | None = None


class AppMoveIn(In):
    """To which cloud; any other host without one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cloud": "os-1"}]})

    cloud: Line | None = None


class AppScaleIn(In):
    """On how many hosts it is to stand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hosts": 2}]})

    hosts: Annotated[int, Field(ge=1, le=16)]


class AppRetireIn(In):
    """Why it is retired, and why without a last backup, where that is so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "网站已迁移"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    without_backup: Text = ""


class AppOut(Out, frozen=True, kw_only=True):
    """An application. `release` is the blueprint's version that it runs, `wanted` the one that it is to run.

    `reason` says by locale why it is in its state, `stands` what is there of it; both are empty while all is well.
    `instance` is the name of its system user, its database and its directory on its host.
    """

    id: UUID
    code: str
    instance: str
    name: str
    department_id: UUID
    system_id: UUID
    blueprint: str
    wanted: str
    release: str | None
    previous_release: str | None
    size: str
    parameters: dict[str, Any]
    zone: str
    address: str
    url: str
    quota_mib: int
    memory_mib: int
    instances: int
    own: bool
    cloud: str | None
    order_id: UUID | None
    exposed: bool
    owner: str
    state: str
    act_id: UUID | None
    reason: dict[str, str]
    stands: dict[str, str]
    certificate_until: datetime | None
    running_since: datetime | None
    created_at: datetime
    version: int


class PlaceOut(Out, frozen=True, kw_only=True):
    """A host that it stands on."""

    host_id: UUID
    host: str
    address: str
    balancer: bool
    ready: bool
    leaving: bool


class AppActOut(Out, frozen=True, kw_only=True):
    """What was done to it, and how it ended."""

    id: UUID
    kind: str
    state: str
    from_release: str | None
    to_release: str | None
    backup_id: UUID | None
    reason: dict[str, str]
    stands: dict[str, str]
    created_at: datetime
    ended_at: datetime | None


class AppBackupOut(Out, frozen=True, kw_only=True):
    """A backup of it; `reason` says by locale why one is broken."""

    id: UUID
    snapshot: str
    release: str
    cause: str
    size_bytes: int | None
    state: str
    taken_at: datetime
    verified_at: datetime | None
    keep_until: date | None
    reason: dict[str, str]


class AppStatusOut(Out, frozen=True, kw_only=True):
    """An application with where it stands, what was done to it, and its backups, the newest first."""

    app: AppOut
    places: list[PlaceOut]
    acts: list[AppActOut]
    backups: list[AppBackupOut]

    @classmethod
    def of(cls, entity: Status) -> Self:
        """Of one application."""
        hosts = {host.id: host for host in entity.hosts}
        return cls(
            app=AppOut.of(entity.app),
            places=[
                PlaceOut(
                    **PlaceOut.copied(place, "host", "address"),
                    host=hosts[place.host_id].name if place.host_id in hosts else "",
                    address=hosts[place.host_id].address if place.host_id in hosts else "",
                )
                for place in entity.places
            ],
            acts=[AppActOut.of(act) for act in entity.acts],
            backups=[AppBackupOut.of(backup) for backup in entity.backups],
        )


class EachOut(Out, frozen=True, kw_only=True):
    """What came of one department of a list; `note` says by locale why nothing was to be done."""

    department: str
    new: bool
    note: dict[str, str]
    id: UUID
    code: str
    state: str

    @classmethod
    def of(cls, entity: Each) -> Self:
        """Of one line."""
        app: App = entity.app
        return cls(
            department=entity.department, new=entity.new, note=entity.note.words if entity.note else {},
            id=app.id, code=app.code, state=app.state,
        )  # fmt: skip


class EachesOut(Out, frozen=True, kw_only=True):
    """The list, in its order."""

    items: list[EachOut]

    @classmethod
    def of(cls, entity: list[Each]) -> Self:
        """Of the whole list."""
        return cls(items=[EachOut.of(one) for one in entity])


class UnrestorablesOut(Out, frozen=True, kw_only=True):
    """Of `looked_at` applications, those that could not be brought back; the reasons by locale."""

    looked_at: int
    unrestorable: list[Unrestorable]
