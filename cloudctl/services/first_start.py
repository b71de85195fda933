"""The very first start: one office administrator, whose token is written to a file and never printed."""

from __future__ import annotations

import os
from pathlib import Path

from cloudctl.domain.accounts import Account, Role
from cloudctl.ports.context import Context, Request
from cloudctl.services import tokens

TOKEN_FILE = "admin.token"  # noqa: S105 - a file's name
LOGIN = "admin"


def ensure_admin(ctx: Context, request: Request, directory: Path) -> Path | None:
    """Makes the first administrator where there is no account yet; answers the 0600 file with the token.

    The file is written before the transaction commits: a crash in between leaves a token that opens nothing, and the
    next start writes another.
    """
    with ctx.unit_of_work(request) as uow:
        if uow.accounts.any():
            return None
        account = Account(
            login=LOGIN,
            name="Administrator",
            email="",
            department_id=None,
            roles=frozenset({Role.OFFICE_ADMIN}),
            created_at=uow.now,
        )
        token, secret = tokens.make(account, "first start", None, min(30, ctx.limits.max_token_days), ctx)
        uow.accounts.add(account)
        uow.tokens.add(token)
        uow.audit("create/account", "account", account.id, after={"login": LOGIN, "roles": [Role.OFFICE_ADMIN.value]})
        path = directory / TOKEN_FILE
        _write(path, secret)
    return path


def _write(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secret + "\n")
