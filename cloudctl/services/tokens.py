"""API tokens: issued once, shown once, kept as a digest."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from cloudctl.domain.accounts import Account, Permission, Token, permissions_of
from cloudctl.domain.errors import AlreadyIssued, Invalid
from cloudctl.ports.context import Context, Request

MARK = "cctl_"


def digest(secret: str) -> bytes:
    """What is kept of a token. The secret has 256 random bits, so a plain hash cannot be searched."""
    return sha256(secret.encode()).digest()


def make(
    account: Account, name: str, scopes: frozenset[Permission] | None, days: int, ctx: Context
) -> tuple[Token, str]:
    """A token and its secret; scopes beyond what the account's roles grant are refused."""
    granted = permissions_of(account.roles)
    wanted = granted if scopes is None else scopes
    if wanted - granted:
        raise Invalid(
            "The account does not hold {scopes}.",
            field="scopes",
            way_out="Ask only for scopes that its roles grant.",
            scopes=", ".join(sorted(wanted - granted)),
        )
    if not 1 <= days <= ctx.limits.max_token_days:
        raise Invalid(
            "A token lives 1 to {most} days.",
            field="days",
            way_out="Ask for a shorter life and renew it.",
            most=ctx.limits.max_token_days,
        )
    secret = MARK + secrets.token_urlsafe(32)
    now = ctx.clock.now()
    token = Token(
        account_id=account.id,
        name=name,
        digest=digest(secret),
        scopes=wanted,
        expires_at=now + timedelta(days=days),
        created_at=now,
    )
    return token, secret


def issue(
    ctx: Context,
    request: Request,
    account_id: UUID,
    *,
    name: str,
    scopes: frozenset[Permission] | None = None,
    days: int = 90,
) -> tuple[Token, str]:
    """Issues a token for oneself, or, with accounts:write, for anybody; one live token a name (409 already issued)."""
    if request.actor.account_id != account_id:
        request.actor.require(Permission.ACCOUNTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        account = uow.accounts.get(account_id)
        if request.actor.account_id != account_id:
            request.actor.require_sight(account.department_id, "account", account_id)
        earlier = uow.tokens.by_name(account_id, name)
        if earlier is not None and earlier.usable(uow.now):
            raise AlreadyIssued(
                "A token named {name} was already issued; its secret was shown then and is kept nowhere.",
                field="name",
                way_out="Revoke it and issue another, or choose another name.",
                name=name,
            )
        if request.actor.account_id == account_id:
            scopes = _within_own(request.actor.permissions, scopes)
        token, secret = make(account, name, scopes, days, ctx)
        uow.tokens.add(token)
        uow.audit(
            "create/token",
            "token",
            token.id,
            department_id=account.department_id,
            after={
                "account": account.login,
                "name": name,
                "scopes": sorted(token.scopes),
                "expires_at": token.expires_at,
            },
        )
        return token, secret


def _within_own(held: frozenset[Permission], wanted: frozenset[Permission] | None) -> frozenset[Permission]:
    """What the present token holds bounds the new one: a narrow token cannot make itself a wider one."""
    if wanted is None:
        return held
    if wanted - held:
        raise Invalid(
            "The present token does not hold {scopes}.",
            field="scopes",
            way_out="Ask with a token that holds them.",
            scopes=", ".join(sorted(wanted - held)),
        )
    return wanted


def revoke(ctx: Context, request: Request, token_id: UUID) -> Token:
    """Ends a token now; a second call changes nothing."""
    with ctx.unit_of_work(request) as uow:
        token = uow.tokens.get(token_id)
        account = uow.accounts.get(token.account_id)
        if request.actor.account_id != account.id:
            request.actor.require_sight(account.department_id, "token", token_id)
            request.actor.require(Permission.ACCOUNTS_WRITE)
        if token.revoked_at is None:
            token.revoked_at = uow.now
            uow.audit("update/token-revoke", "token", token.id, department_id=account.department_id)
        return token
