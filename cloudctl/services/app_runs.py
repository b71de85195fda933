"""The runs of playbooks that an application's saga has carried out: planned, what they are given, what they answer.

    run_id = plan(ctx, works, "deploy_app", part="install")           # a second time: the same run
    secrets = secrets_of(ctx, run_id, works)
    answer = answers(ctx, run_id)["fgw-site"]

One run may bring many applications to many hosts: that is what makes a list of departments fast.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.blueprints import Blueprint
from cloudctl.domain.departments import Department
from cloudctl.domain.hosts import Target
from cloudctl.domain.identifiers import derived_id
from cloudctl.ports.context import Context
from cloudctl.services import run_plays, runs, secrets
from cloudctl.services.app_secrets import OF_BACKUPS
from cloudctl.services.deliveries import platform_request

GOOD = frozenset({"running", "stopped", "backed_up", "restored", "retired", "forgotten", "balanced"})
"""What a playbook answers for an application that it did well."""
BROKEN = "broken"
"""What it answers as `backup` where it is the backup's own fault that it cannot be put back."""
UNTOUCHED = "refused"
"""What it answers for one of which it changed nothing, because it could not have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a step works on: an act, its application, and where that stands."""

    act: AppAct
    app: App
    blueprint: Blueprint
    department: Department
    places: tuple[AppPlace, ...]
    targets: dict[UUID, Target]
    kept_for: UUID | None = None
    """The application whose secret opens the backup that is put back, where that is another one's."""

    @property
    def standing(self) -> list[AppPlace]:
        """Where it is to stand from now on: no balancer, and nothing that it moves away from."""
        return [place for place in self.places if not place.balancer and not place.leaving]

    @property
    def balancers(self) -> list[AppPlace]:
        """What passes on to where it stands."""
        return [place for place in self.places if place.balancer and not place.leaving]

    def hosts(self, places: Collection[AppPlace]) -> list[UUID]:
        """The hosts of these places, each once, in order."""
        return list(dict.fromkeys(place.host_id for place in places))


Element = Callable[[Work], dict[str, Any]]
"""What a playbook is given of one application beside what all playbooks are given."""
Told = Callable[[Context, Work, Collection[AppPlace]], dict[str, Any]]
"""What a playbook is given of one application."""


def plan(
    ctx: Context,
    works: Sequence[Work],
    playbook: str,
    *,
    part: str,
    more: Element = lambda _: {},
    places: Callable[[Work], Collection[AppPlace]] = lambda work: work.standing,
    changes: bool = True,
    told: Told | None = None,
) -> UUID:
    """Puts the run on record, under an id that a repetition has as well. `changes`: their acts are no longer harmless.

    `told` is what the playbook is given of one application, where it does not take what the others do.

    Raises Conflict where a host is no target now.
    """
    first = works[0]
    hosts = list(dict.fromkeys(host for work in works for host in work.hosts(places(work))))
    say = told or _told
    arguments = {"apps": [{**say(ctx, work, places(work)), **more(work)} for work in works]}
    with ctx.unit_of_work(platform_request(f"app:{first.app.id}")) as uow:
        if changes:
            for work in works:
                uow.app_acts.lock(work.act.id).changed = True
        alone = len(works) == 1
        run = runs.plan(
            ctx, uow, playbook=playbook, hosts=hosts, arguments=arguments, saga=first.act.saga,
            department_id=first.app.department_id if alone else None,
            system_id=first.app.system_id if alone else None,
            subject=f"app:{first.app.code}" if alone else f"apps:{len(works)}",
            run_id=_id(first, playbook, part),
        )  # fmt: skip
        return run.id


def touched(ctx: Context, work: Work, playbook: str, *, part: str) -> bool:
    """Whether such a run was begun, and did not refuse before it changed anything."""
    with ctx.unit_of_work(platform_request(f"app:{work.app.id}")) as uow:
        run = uow.runs.find(_id(work, playbook, part))
    if run is None or run.playing_since is None:
        return False
    return answers(ctx, run.id).get(work.app.code, {}).get("state") != UNTOUCHED


def secrets_of(ctx: Context, run_id: UUID, works: Sequence[Work]) -> dict[str, Any]:
    """What the run is given and nobody else sees: by application its passwords, its key, what its backups need."""
    request = platform_request(f"run:{run_id}")
    owners = {key for work in works for key in (work.app.id, work.kept_for) if key}
    handed = secrets.for_run(ctx, request, run_id=run_id, owners=owners)
    store = dict(ctx.limits.apps.backup_environment)

    def of(work: Work) -> dict[str, Any]:
        opens = {name: handed[work.kept_for][name] for name in OF_BACKUPS} if work.kept_for else {}
        return {**handed[work.app.id], **opens, "restic_environment": store}

    return {"app_secrets": {work.app.code: of(work) for work in works}}


def answers(ctx: Context, run_id: UUID) -> dict[str, dict[str, Any]]:
    """What the playbook said of each application, by code."""
    given = run_plays.of(ctx, run_id).results.get("answer", {})
    found = given.get("apps", {}) if isinstance(given, dict) else {}
    return {code: dict(told) for code, told in found.items() if isinstance(told, dict)}


def repository(ctx: Context, app: App) -> str:
    """Where the backups of an application are."""
    return f"{ctx.limits.apps.backups.rstrip('/')}/{app.instance}"


def _id(work: Work, playbook: str, part: str) -> UUID:
    return derived_id(work.act.id, f"{playbook}/{part}")


def _told(ctx: Context, work: Work, places: Collection[AppPlace]) -> dict[str, Any]:
    app = work.app
    return {
        "code": app.code,
        "blueprint": app.blueprint,
        "version": work.act.to_release or app.release or app.wanted,
        "previous_version": "",
        "instance": app.instance,
        "department": work.department.code,
        "department_title": work.department.name,
        "address": app.address,
        "port": work.blueprint.port if app.certificate else work.blueprint.plain_port,
        "parameters": dict(app.parameters),
        "quota_mib": app.quota_mib,
        "memory_mib": app.memory_mib,
        "hosts": [work.targets[host].alias for host in work.hosts(places)],
        "certificate": app.certificate or "",
        "networks": list(ctx.limits.apps.networks),
    }
