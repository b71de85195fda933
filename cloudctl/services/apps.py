"""Applications as people see them: asked for, approved, looked at, tried again, withdrawn.

    app = deploy(ctx, request, AppForm(blueprint="department-site", zone="extranet"))
    each = deploy_each(ctx, request, form, ["fgw", "audit"])      # one for each department; again: nothing new
    deploy_at_once(ctx, uow, form, department)                    # with the order of an emergency
    settle(ctx, request, app.id, reason="...")                    # a person has looked at one in attention

What is done to one that runs is in `app_changes`, what sagas ask and report in `app_steps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.hosts import Target
from cloudctl.domain.policies import Ruling
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_health, app_notices, app_places, app_secrets
from cloudctl.services.app_acts import audited, launch
from cloudctl.services.app_forms import WAITS_FOR_OFFICE, AppForm, check_words, code_of, entered

MOST_AT_ONCE = 200
EXISTS = mark("It is there already.")
AGAIN = mark("It had not come about: it is deployed again.")
DIFFERS = mark("It is there already, and differs: {fields}. Nothing was changed; see `cloudctl apps upgrade`.")
ENDED = mark("It was retired; its code is not given again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """What came of one department of a list: its application, and whether it is `new`."""

    department: str
    app: App
    new: bool
    note: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An application with where it stands, what was done to it, and its backups, the newest first."""

    app: App
    places: Sequence[AppPlace]
    hosts: Sequence[Target]
    acts: Sequence[AppAct]
    backups: Sequence[AppBackup]


def deploy(ctx: Context, request: Request, form: AppForm, department_id: UUID | None = None) -> App:
    """Puts an application on record and has it deployed, or approved first where a policy asks for that."""
    request.actor.require(Permission.APPS_WRITE)
    check_words(form)
    with ctx.unit_of_work(request) as uow:
        department = _department(uow, request, department_id)
        app, ruling = entered(ctx, uow, form, department)
        _begun(ctx, uow, app, ruling)
        return uow.answer(app)


def deploy_each(ctx: Context, request: Request, form: AppForm, departments: Sequence[str]) -> list[Each]:
    """One application for each of these departments, named by code; who has it already keeps it as it is.

    One transaction: an error in one line, which is named, leaves nothing. What failed before is deployed again.
    """
    request.actor.require(Permission.APPS_WRITE)
    check_words(form)
    if form.system_id is not None or form.order_id is not None:
        raise Invalid(
            "Many departments do not share a system or an order.", field="system_id", way_out="Leave it out here."
        )
    if not 1 <= len(departments) <= MOST_AT_ONCE or len(set(departments)) != len(departments):
        raise Invalid(
            "A list has 1 to {most} departments, each once.", field="departments", way_out="Split the list.",
            most=MOST_AT_ONCE,
        )  # fmt: skip
    with ctx.unit_of_work(request) as uow:
        found = [_one(ctx, uow, form, place, code) for place, code in enumerate(departments)]
        launch(ctx, uow, [(each.app, _act(uow, each.app)) for each in found if _begins(each)])
        return uow.answer(found)


def deploy_at_once(ctx: Context, uow: UnitOfWork, form: AppForm, department: Department) -> App:
    """In the transaction of an emergency: for its order's servers, once they are there, and with no leave to wait for.

    What policies deny stays denied.
    """
    app, _ = entered(ctx, uow, form, department)
    app_secrets.make(ctx, uow, app, ctx.blueprints.named(app.blueprint))
    audited(uow, app, None, "create/app", blueprint=app.blueprint, address=app.address, emergency=True)
    launch(ctx, uow, [(app, _deployment(ctx, uow, app))])
    return app


def get(ctx: Context, request: Request, app_id: UUID) -> App:
    """One application of what the actor sees."""
    request.actor.require(Permission.APPS_READ)
    with ctx.unit_of_work(request) as uow:
        app = uow.apps.get(app_id)
    request.actor.require_sight(app.department_id, "app", app_id)
    return app


def status(ctx: Context, request: Request, app_id: UUID) -> Status:
    """The same with all that is known of it."""
    request.actor.require(Permission.APPS_READ)
    with ctx.unit_of_work(request) as uow:
        app = uow.apps.get(app_id)
        request.actor.require_sight(app.department_id, "app", app_id)
        places = uow.apps.places(app_id)
        hosts = uow.hosts.targets([place.host_id for place in places])
        acts, backups = uow.app_acts.of_app(app_id), uow.app_backups.of_app(app_id)
        return Status(app=app, places=places, hosts=hosts, acts=acts, backups=backups)


def approve(ctx: Context, request: Request, app_id: UUID, *, expected_version: int | None = None) -> App:
    """The office's leave, by somebody else than who asked; it is deployed."""
    request.actor.require(Permission.APPS_APPROVE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        if app.asked_by is not None and app.asked_by in request.actor.persons:
            raise Forbidden("Who asks for an application does not approve it.", way_out="Another person has to.")
        app.advance("approve")
        app.approved_by = request.actor.account_id
        app.at_ease()
        audited(uow, app, None, "allow/app")
        launch(ctx, uow, [(app, _deployment(ctx, uow, app))])
        return uow.answer(app)


def reject(ctx: Context, request: Request, app_id: UUID, *, reason: str, expected_version: int | None = None) -> App:
    """The office does not give its leave."""
    request.actor.require(Permission.APPS_APPROVE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        app.advance("reject")
        app.reason, app.stands = said(reason), {}
        audited(uow, app, None, "deny/app", reason=reason)
        app_notices.tell_department(uow, app, "app_failed", reason=app.reason)
        return uow.answer(app)


def withdraw(
    ctx: Context, request: Request, app_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> App:  # fmt: skip
    """Given up before anything of it stands."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        if app.state == "planned" and app.act_id is not None:
            uow.app_acts.lock(app.act_id).advance("undo", uow.now)
        app.advance("withdraw")
        app.at_ease()
        for place in uow.apps.places(app.id):
            uow.apps.leave(place)
        app_secrets.forget(ctx, uow, app)
        audited(uow, app, None, "stop/app", reason=reason or None)
        return uow.answer(app)


def try_again(ctx: Context, request: Request, app_id: UUID, *, expected_version: int | None = None) -> App:
    """Has one deployed again that waits, failed, or stopped where a person had to look."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        launch(ctx, uow, [(app, _deployed_again(ctx, uow, app))])
        return uow.answer(app)


def settle(ctx: Context, request: Request, app_id: UUID, *, reason: str, expected_version: int | None = None) -> App:
    """A person has looked at one in attention, and it runs; raises Conflict while its checks do not answer."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
    health = app_health.look(ctx, app)
    if not health.well:
        raise Conflict(
            "{code} does not answer its checks: {words}",
            way_out="Mend what is wrong, or restore a backup: cloudctl apps restore {code}.",
            code=app.code,
            words=health.words["en"],
        )
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        app.advance("settle")
        app.at_ease()
        audited(uow, app, None, "update/app-settle", reason=reason)
        return uow.answer(app)


def place_waiting(ctx: Context, request: Request) -> int:
    """Begins anew with those that wait, as many as there may be room for; answers how many. A regular job."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        waiting = [uow.apps.lock(app.id) for app in uow.apps.waiting()]
        placeable = [app for app in waiting if app_places.sought(ctx, uow, app).host is not None]
        found = [(app, _deployed_again(ctx, uow, app)) for app in placeable]
        launch(ctx, uow, found)
        return len(found)


def own(uow: UnitOfWork, request: Request, app_id: UUID, expected_version: int | None) -> App:
    """One application, locked; raises NotFound for a foreign one, Stale for another version than expected."""
    app = uow.apps.lock(app_id)
    request.actor.require_sight(app.department_id, "app", app_id)
    uow.check_version(app, expected_version)
    return app


def said(words: str) -> dict[str, str]:
    """A person's words, as they are, for readers of either language."""
    if not words.strip():
        raise Invalid("It needs a reason.", field="reason", way_out="Say why.")
    return dict.fromkeys(("zh_CN", "en"), words.strip())


def _department(uow: UnitOfWork, request: Request, department_id: UUID | None) -> Department:
    owner = department_id or request.actor.department_id
    if owner is None:
        raise Invalid("An application needs a department.", field="department_id", way_out="Name the department.")
    request.actor.require_sight(owner, "department", owner)
    return _standing(uow.departments.get(owner), "department_id")


def _standing(department: Department, field: str) -> Department:
    if department.retired_at is not None:
        raise Conflict(
            "The department {code} is retired.", field=field, way_out="Name its successor.", code=department.code
        )
    return department


def _act(uow: UnitOfWork, app: App) -> AppAct:
    assert app.act_id is not None
    return uow.app_acts.get(app.act_id)


def _begins(each: Each) -> bool:
    return each.new and each.app.state == "planned"


def _one(ctx: Context, uow: UnitOfWork, form: AppForm, place: int, code: str) -> Each:
    department = uow.departments.by_code(code)
    field = f"departments[{place}]"
    if department is None or not uow.actor.sees(department.id):
        raise NotFound(
            "There is no department {code}.", field=field, way_out="Correct the list: codes are listed by "
            "`cloudctl departments list`.", code=code,
        )  # fmt: skip
    _standing(department, field)
    named = replace(form, code=f"{department.code.lower()}-{form.code or form.blueprint}")
    there = uow.apps.by_code(code_of(named, department))
    if there is not None:
        return _there(ctx, uow, named, uow.apps.lock(there.id), code)
    app, ruling = entered(ctx, uow, named, department)
    _opened(ctx, uow, app, ruling)
    return Each(department=code, app=app, new=True)


def _there(ctx: Context, uow: UnitOfWork, form: AppForm, app: App, code: str) -> Each:
    """What is there stays as it is; only what had not come about is deployed again."""
    uow.actor.require_sight(app.department_id, "app", app.id)
    if app.state == "failed":
        _deployed_again(ctx, uow, app)
        return Each(department=code, app=app, new=True, note=Sentence(AGAIN))
    if app.state == "retired":
        return Each(department=code, app=app, new=False, note=Sentence(ENDED))
    differing = _differing(form, app)
    note = Sentence(DIFFERS, {"fields": ", ".join(differing)}) if differing else Sentence(EXISTS)
    return Each(department=code, app=app, new=False, note=note)


def _differing(form: AppForm, app: App) -> list[str]:
    asked: dict[str, Any] = {"blueprint": form.blueprint, "zone": form.zone, "release": form.release, "size": form.size}
    has = {"blueprint": app.blueprint, "zone": app.zone, "release": app.release or app.wanted, "size": app.size}
    found = [name for name, value in asked.items() if value is not None and value != has[name]]
    return found + [
        f"parameters.{name}" for name, value in form.parameters.items() if app.parameters.get(name) != value
    ]


def _begun(ctx: Context, uow: UnitOfWork, app: App, ruling: Ruling) -> None:
    act = _opened(ctx, uow, app, ruling)
    if act is not None:
        launch(ctx, uow, [(app, act)])


def _opened(ctx: Context, uow: UnitOfWork, app: App, ruling: Ruling) -> AppAct | None:
    """Its secrets are made, and its deployment is on record; None while it waits for the office."""
    app_secrets.make(ctx, uow, app, ctx.blueprints.named(app.blueprint))
    roles = [finding.rule for finding in ruling.findings if finding.in_force and finding.effect == "require_approval"]
    if roles:
        app.state, app.reason = "asked", Sentence(WAITS_FOR_OFFICE, {"rules": ", ".join(roles)}).words
        audited(uow, app, None, "create/app", blueprint=app.blueprint, address=app.address)
        app_notices.tell_office(uow, app, "app_asked")
        return None
    audited(uow, app, None, "create/app", blueprint=app.blueprint, address=app.address)
    return _deployment(ctx, uow, app)


def _deployment(ctx: Context, uow: UnitOfWork, app: App) -> AppAct:
    """The act of its deployment; the app is planned."""
    ctx.blueprints.named(app.blueprint).release(app.wanted)
    act = AppAct(
        app_id=app.id, department_id=app.department_id, kind=ActKind.DEPLOY, from_release=app.release,
        to_release=app.release or app.wanted, was=app.state, asked_by=uow.actor.account_id, created_at=uow.now,
    )  # fmt: skip
    uow.app_acts.add(act)
    app.act_id = act.id
    return act


def _deployed_again(ctx: Context, uow: UnitOfWork, app: App) -> AppAct:
    app.advance("try")
    app.at_ease()
    act = _deployment(ctx, uow, app)
    audited(uow, app, act, "start/app")
    return act
