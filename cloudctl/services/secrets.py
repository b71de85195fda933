"""Secrets: set, made and rotated by people; handed to a run alone, and never shown.

put(ctx, request, Owner(SecretKind.HOST, server_id), "become_password", "...")
ensure(ctx, request, Owner(SecretKind.APP, app.id), ["database_password"])          # makes what is not there
for_run(ctx, request, run_id=run.id, owners=[server_id, app.id])                    # {owner: {name: value}}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from secrets import token_urlsafe
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.secrets import Owner, Secret, SecretKind, about, check_name, check_value
from cloudctl.domain.servers import Server
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

MADE_BYTES = 24
AT_ONCE = 200


def put(ctx: Context, request: Request, owner: Owner, name: str, value: str) -> Secret:
    """Sets a secret; its value goes nowhere but under the seal. Raises Invalid for no text, NotFound where foreign."""
    request.actor.require(Permission.SECRETS_WRITE)
    with ctx.unit_of_work(request) as uow:
        return uow.answer(keep(ctx, uow, owner, name, value))


def ensure(ctx: Context, request: Request, owner: Owner, names: Iterable[str]) -> None:
    """Makes each of these secrets at random, where the owner has none of that name; repeating it changes nothing."""
    request.actor.require(Permission.SECRETS_WRITE)
    with ctx.unit_of_work(request.beside) as uow:
        make(ctx, uow, owner, names)


def make(ctx: Context, uow: UnitOfWork, owner: Owner, names: Iterable[str]) -> None:
    """As `ensure`, in the caller's transaction."""
    for name in names:
        if uow.secrets.of(owner.id, name) is None:
            keep(ctx, uow, owner, name, token_urlsafe(MADE_BYTES))


def keep(ctx: Context, uow: UnitOfWork, owner: Owner, name: str, value: str) -> Secret:
    """As `put`, in the caller's transaction."""
    check_name(name)
    clear = value.encode()
    check_value(clear)
    department_id = _department(uow, owner)
    sealed = ctx.secrets.seal(clear, about(owner, name))
    secret = uow.secrets.of(owner.id, name)
    by = uow.actor.account_id
    if secret is None:
        secret = Secret(
            owner_kind=owner.kind, owner_id=owner.id, department_id=department_id, name=name, sealed=sealed,
            key_id=ctx.secrets.key_id, set_by=by, set_at=uow.now, created_at=uow.now,
        )  # fmt: skip
        uow.secrets.add(secret)
        _audit(uow, "create/secret", secret)
    else:
        secret.replace(sealed, ctx.secrets.key_id, by, uow.now)
        _audit(uow, "update/secret", secret)
    return secret


def for_run(ctx: Context, request: Request, *, run_id: UUID, owners: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """The secrets of a run's hosts, systems and applications, in clear, by owner and name.

    For the platform's own hands while the run is being played; who got what for which run is on record.
    """
    request.actor.require(Permission.SECRETS_WRITE)
    if request.actor.account_id is not None:
        raise Invalid("A secret is handed to a run alone.", field="owners", way_out="Ask for a run that needs it.")
    handed: dict[UUID, dict[str, str]] = {owner: {} for owner in owners}
    with ctx.unit_of_work(request.beside) as uow:
        for secret in uow.secrets.of_owners(list(handed)):
            clear = ctx.secrets.open(secret.sealed, about(secret.owner, secret.name))
            handed[secret.owner_id][secret.name] = clear.decode()
            secret.handed_at = uow.now
            _audit(uow, "read/secret", secret, run_id=run_id)
    return handed


def rotate(ctx: Context, request: Request, secret_id: UUID) -> Secret:
    """Another value, made at random; the playbook that sets it on the host has to run for it to count."""
    request.actor.require(Permission.SECRETS_WRITE)
    with ctx.unit_of_work(request) as uow:
        secret = uow.secrets.get(secret_id)
        request.actor.require_sight(secret.department_id, "secret", secret_id)
        return uow.answer(keep(ctx, uow, secret.owner, secret.name, token_urlsafe(MADE_BYTES)))


def remove(ctx: Context, request: Request, secret_id: UUID) -> Secret:
    """Takes one off the record; that there was one stays on the audit trail."""
    request.actor.require(Permission.SECRETS_WRITE)
    with ctx.unit_of_work(request) as uow:
        secret = uow.secrets.get(secret_id)
        request.actor.require_sight(secret.department_id, "secret", secret_id)
        _audit(uow, "delete/secret", secret)
        uow.secrets.remove(secret)
        return uow.answer(secret)


def reseal(ctx: Context, request: Request) -> int:
    """Seals what an older master key sealed under the current one; answers how many there were. Safe to repeat.

    Other sealed values (user data, kept answers, channels) go on opening by the older key: it stays in the key file.
    """
    request.actor.require(Permission.SECRETS_WRITE)
    if not request.actor.sees_all:
        raise Forbidden("Sealing is the office's.", way_out="Ask operations.")
    done = 0
    while True:
        with ctx.unit_of_work(request.beside) as uow:
            old = uow.secrets.under_other_keys(ctx.secrets.key_id, AT_ONCE)
            for secret in old:
                mark = about(secret.owner, secret.name)
                secret.reseal(ctx.secrets.seal(ctx.secrets.open(secret.sealed, mark), mark), ctx.secrets.key_id)
            authorities = uow.authorities.under_other_keys(ctx.secrets.key_id)
            for one in authorities:
                one.sealed = ctx.secrets.seal(ctx.secrets.open(one.sealed, one.about), one.about)
                one.key_id = ctx.secrets.key_id
            moved = len(old) + len(authorities)
            if moved:
                uow.audit("update/sealing", "secret", "all", after={"count": moved, "key_id": ctx.secrets.key_id})
        if not moved:
            return done
        done += moved


def forget(uow: UnitOfWork, owner_id: UUID, *, but: Collection[str] = ()) -> int:
    """Takes what an owner had off the record, `but` these, in the caller's transaction: it is gone itself."""
    theirs = [secret for secret in uow.secrets.of_owners([owner_id]) if secret.name not in but]
    for secret in theirs:
        _audit(uow, "delete/secret", secret)
        uow.secrets.remove(secret)
    return len(theirs)


def _department(uow: UnitOfWork, owner: Owner) -> UUID:
    """Whose the owner is; raises NotFound for what is not there or not in sight."""
    match owner.kind:
        case SecretKind.HOST:
            server = uow.resources.get(owner.id)
            uow.actor.require_sight(server.department_id, "host", owner.id)
            if not isinstance(server, Server):
                raise missing("host", owner.id)
            return server.department_id
        case SecretKind.SYSTEM:
            system = uow.systems.get(owner.id)
            uow.actor.require_sight(system.department_id, "system", owner.id)
            return system.department_id
        case SecretKind.APP:
            app = uow.apps.get(owner.id)
            uow.actor.require_sight(app.department_id, "app", owner.id)
            return app.department_id


def _audit(uow: UnitOfWork, action: str, secret: Secret, *, run_id: UUID | None = None) -> None:
    uow.audit(
        action,
        "secret",
        secret.id,
        department_id=secret.department_id,
        after={
            "owner_kind": secret.owner_kind.value, "owner_id": str(secret.owner_id), "name": secret.name,
            "generation": secret.generation, **({} if run_id is None else {"run_id": str(run_id)}),
        },
    )  # fmt: skip
