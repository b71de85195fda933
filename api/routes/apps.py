"""Applications: `/v1/apps`, what is done to them, and their backups."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.apps import (
    AppEachIn,
    AppIn,
    AppMoveIn,
    AppOut,
    AppReasonIn,
    AppRestoreIn,
    AppRetireIn,
    AppScaleIn,
    AppStatusOut,
    AppUpgradeIn,
    EachesOut,
    UnrestorablesOut,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AppActRow, AppBackupRow, AppRow
from cloudctl.services import app_backups, app_changes, app_scaling, apps

router = APIRouter(tags=["apps"])
PATH = "/v1/apps"
ONE = PATH + "/{app_id}"
CHANGED = answering(AppOut, needs=Permission.APPS_WRITE, versioned=True)
DECIDED = answering(AppOut, needs=Permission.APPS_APPROVE, versioned=True)

add_list(router, PATH, AppRow, of=lambda queries: queries.apps, needs=Permission.APPS_READ, name="list_apps")
add_list(
    router,
    "/v1/app-acts",
    AppActRow,
    of=lambda queries: queries.app_acts,
    needs=Permission.APPS_READ,
    name="list_app_acts",
)
add_list(
    router,
    "/v1/app-backups",
    AppBackupRow,
    of=lambda queries: queries.app_backups,
    needs=Permission.APPS_READ,
    name="list_app_backups",
)


@router.get("/v1/app-backups/unrestorable", **answering(UnrestorablesOut, needs=Permission.APPS_READ))
def get_unrestorable(request: Request) -> Response:
    """Applications that could not be brought back, or of which nobody has proven that they could, and why."""
    return Caller(request).show(UnrestorablesOut.of, app_backups.unrestorable)


@router.post(PATH, **answering(AppOut, status=201, needs=Permission.APPS_WRITE))
def create_app(act: Acting, body: AppIn) -> Response:
    """Has an application deployed; it waits for the office first where a policy asks for that."""
    return act.carry_out(AppOut.of, apps.deploy, body.form(), department_id=body.department_id)


@router.post(PATH + "/each", **answering(EachesOut, needs=Permission.APPS_WRITE))
def create_apps(act: Acting, body: AppEachIn) -> Response:
    """Has one deployed for each department of a list; who has it already keeps it as it is."""
    return act.carry_out(EachesOut.of, apps.deploy_each, body.form(), departments=body.departments)


@router.get(ONE, **answering(AppOut, needs=Permission.APPS_READ))
def get_app(request: Request, app_id: UUID) -> Response:
    """One application."""
    return Caller(request).show(AppOut.of, apps.get, app_id)


@router.get(ONE + "/status", **answering(AppStatusOut, needs=Permission.APPS_READ))
def get_app_status(request: Request, app_id: UUID) -> Response:
    """The same with where it stands, what was done to it, and its backups."""
    return Caller(request).show(AppStatusOut.of, apps.status, app_id)


@router.post(ONE + "/approve", **DECIDED)
def approve_app(act: Acting, app_id: UUID) -> Response:
    """The office's leave: it is deployed. Not by who asked for it."""
    return act.carry_out(AppOut.of, apps.approve, app_id, expected_version=act.expected_version)


@router.post(ONE + "/reject", **DECIDED)
def reject_app(act: Acting, app_id: UUID, body: AppReasonIn) -> Response:
    """The office does not give its leave."""
    return act.carry_out(AppOut.of, apps.reject, app_id, reason=body.reason, expected_version=act.expected_version)


@router.post(ONE + "/withdraw", **CHANGED)
def withdraw_app(act: Acting, app_id: UUID) -> Response:
    """Given up before anything of it stands."""
    return act.carry_out(AppOut.of, apps.withdraw, app_id, expected_version=act.expected_version)


@router.post(ONE + "/retry", **CHANGED)
def retry_app(act: Acting, app_id: UUID) -> Response:
    """Has one deployed again that waits, failed, or stopped where a person had to look."""
    return act.carry_out(AppOut.of, apps.try_again, app_id, expected_version=act.expected_version)


@router.post(ONE + "/settle", **CHANGED)
def settle_app(act: Acting, app_id: UUID, body: AppReasonIn) -> Response:
    """A person has looked at one in attention, and it runs; refused while its checks do not answer."""
    return act.carry_out(AppOut.of, apps.settle, app_id, reason=body.reason, expected_version=act.expected_version)


@router.post(ONE + "/upgrade", **CHANGED)
def upgrade_app(act: Acting, app_id: UUID, body: AppUpgradeIn | None = None) -> Response:
    """Brings it to a release; backed up first, rolled back where it does not answer its checks."""
    release = body.release if body else None
    return act.carry_out(
        AppOut.of, app_changes.upgrade, app_id, release=release, expected_version=act.expected_version
    )  # fmt: skip


@router.post(ONE + "/rollback", **CHANGED)
def roll_back_app(act: Acting, app_id: UUID) -> Response:
    """Brings it back to the release before its last upgrade."""
    return act.carry_out(AppOut.of, app_changes.roll_back, app_id, expected_version=act.expected_version)


@router.post(ONE + "/backup", **CHANGED)
def back_up_app(act: Acting, app_id: UUID) -> Response:
    """Backs it up."""
    return act.carry_out(AppOut.of, app_changes.back_up, app_id, expected_version=act.expected_version)


@router.post(ONE + "/prove", **CHANGED)
def prove_app(act: Acting, app_id: UUID, body: AppRestoreIn | None = None) -> Response:
    """Restores a backup as a test, into an instance beside it that is taken away again."""
    backup_id = body.backup_id if body else None
    return act.carry_out(
        AppOut.of, app_changes.prove, app_id, backup_id=backup_id, expected_version=act.expected_version
    )  # fmt: skip


@router.post(ONE + "/restore", **CHANGED)
def restore_app(act: Acting, app_id: UUID, body: AppRestoreIn | None = None) -> Response:
    """Puts a backup back, on another host where its own is gone; by its id also what a retired one of its kind left."""
    backup_id = body.backup_id if body else None
    return act.carry_out(
        AppOut.of, app_changes.restore, app_id, backup_id=backup_id, expected_version=act.expected_version
    )  # fmt: skip


@router.post(ONE + "/move", **CHANGED)
def move_app(act: Acting, app_id: UUID, body: AppMoveIn | None = None) -> Response:
    """Puts it on another host, under the same name."""
    cloud = body.cloud if body else None
    return act.carry_out(AppOut.of, app_changes.move, app_id, cloud=cloud, expected_version=act.expected_version)


@router.post(ONE + "/renew", **CHANGED)
def renew_app(act: Acting, app_id: UUID) -> Response:
    """Has it show another certificate, before the one that it has would be renewed by itself."""
    return act.carry_out(AppOut.of, app_changes.renew, app_id, expected_version=act.expected_version)


@router.post(ONE + "/scale", **CHANGED)
def scale_app(act: Acting, app_id: UUID, body: AppScaleIn) -> Response:
    """Has it stand on so many hosts, behind a balancer from two on, under the same name."""
    return act.carry_out(
        AppOut.of, app_scaling.scale, app_id, hosts=body.hosts, expected_version=act.expected_version
    )  # fmt: skip


@router.post(ONE + "/retire", **CHANGED)
def retire_app(act: Acting, app_id: UUID, body: AppRetireIn) -> Response:
    """Takes it down after a last backup."""
    return act.carry_out(
        AppOut.of,
        app_changes.retire,
        app_id,
        reason=body.reason,
        without_backup=body.without_backup,
        expected_version=act.expected_version,
    )
