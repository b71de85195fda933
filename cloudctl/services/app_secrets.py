"""What an application has of secrets: made before its first run, forgotten when the last of its backups is.

What opens its backups, and what the content in them was made with, stays with them; its certificate's key does not.
"""

from __future__ import annotations

from cloudctl.domain.apps import App
from cloudctl.domain.blueprints import Blueprint
from cloudctl.domain.secrets import Owner, SecretKind, about
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import secrets

OF_BACKUPS = ("restic_password",)


def make(ctx: Context, uow: UnitOfWork, app: App, blueprint: Blueprint) -> None:
    """Those that its blueprint names and that of its backups, where it has none of the name."""
    secrets.make(ctx, uow, _owner(app), (*OF_BACKUPS, *_of_content(blueprint)))


def take_over(ctx: Context, uow: UnitOfWork, app: App, before: App) -> None:
    """What the content of `before` was made with is this one's from now on: by it people and itself get in."""
    for name in _of_content(ctx.blueprints.named(app.blueprint)):
        theirs = uow.secrets.of(before.id, name)
        if theirs is not None:
            clear = ctx.secrets.open(theirs.sealed, about(theirs.owner, name))
            secrets.keep(ctx, uow, _owner(app), name, clear.decode())


def forget(ctx: Context, uow: UnitOfWork, app: App) -> None:
    """All of them, or while a backup is in the store all but what belongs to its certificate."""
    kept = any(backup.state != "purged" for backup in uow.app_backups.of_app(app.id))
    stays = (*OF_BACKUPS, *_of_content(ctx.blueprints.named(app.blueprint)))
    secrets.forget(uow, app.id, but=stays if kept else ())


def _owner(app: App) -> Owner:
    return Owner(SecretKind.APP, app.id)


def _of_content(blueprint: Blueprint) -> list[str]:
    return [secret.name for secret in blueprint.secrets]
