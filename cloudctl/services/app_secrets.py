"""What an application has of secrets: made before its first run, forgotten with it, but for what opens its backups."""

from __future__ import annotations

from cloudctl.domain.apps import App
from cloudctl.domain.blueprints import Blueprint
from cloudctl.domain.secrets import Owner, SecretKind
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import secrets

OF_BACKUPS = ("restic_password",)


def make(ctx: Context, uow: UnitOfWork, app: App, blueprint: Blueprint) -> None:
    """Those that its blueprint names and that of its backups, where it has none of the name."""
    names = (*OF_BACKUPS, *(secret.name for secret in blueprint.secrets))
    secrets.make(ctx, uow, Owner(SecretKind.APP, app.id), names)


def forget(uow: UnitOfWork, app: App) -> None:
    """All of them; what opens its backups stays until the last of these has left the store."""
    kept = any(backup.state != "purged" for backup in uow.app_backups.of_app(app.id))
    secrets.forget(uow, app.id, but=OF_BACKUPS if kept else ())
