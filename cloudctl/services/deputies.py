"""Deputies (AB岗): appointed by the principal or the office, revocable; and acting as one.

    actor = acting_for(ctx, actor, "zhang.wei", scopes)     # the border, when a request names a principal

Whether the appointment stands is asked twice: here, and once more when the act commits (`persistence/unit_of_work`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cloudctl.domain.accounts import NOT_LENT, Account, Actor, Permission, Role, missing, permissions_of
from cloudctl.domain.deputies import Deputy, check_chain, check_pair, check_period, ended
from cloudctl.domain.errors import Forbidden, Invalid, NotFound
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.identities import Principal
from cloudctl.ports.unit_of_work import UnitOfWork


def appoint(
    ctx: Context,
    request: Request,
    *,
    deputy: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    principal: str | None = None,
) -> Deputy:
    """Appoints a deputy for oneself, or, with accounts:write, for somebody else; both by their logins."""
    actor = request.actor
    for_whom = principal or actor.name
    _require(actor, own=for_whom == actor.name)
    check_period(starts_at, ends_at, ctx.clock.now())
    if not reason.strip():
        raise Invalid("An appointment needs a reason.", field="reason", way_out="Say why, for the audit.")
    with ctx.unit_of_work(request) as uow:
        absent, present = _person(uow, for_whom, "principal"), _person(uow, deputy, "deputy")
        check_pair(absent, present)
        check_chain(uow.deputies.of_persons({absent.id, present.id}), absent, present, starts_at, ends_at)
        appointed = Deputy(
            principal_id=absent.id,
            deputy_id=present.id,
            department_id=absent.department_id,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            appointed_by=actor.account_id,
            created_at=uow.now,
        )
        uow.deputies.add(appointed)
        uow.audit(
            "allow/deputy",
            "deputy",
            appointed.id,
            department_id=absent.department_id,
            after={"principal": absent.login, "deputy": present.login, "starts_at": starts_at, "ends_at": ends_at},
            reason=reason,
        )
        return uow.answer(appointed)


def revoke(ctx: Context, request: Request, appointment_id: UUID, reason: str | None = None) -> Deputy:
    """Ends an appointment now; a second call changes nothing. What the deputy has not committed yet is refused."""
    actor = request.actor
    _require(actor, own=True)
    with ctx.unit_of_work(request) as uow:
        appointed = uow.deputies.lock(appointment_id)
        actor.require_sight(appointed.department_id, "deputy", appointment_id)
        _require(actor, own=appointed.principal_id == actor.account_id)
        if appointed.revoked_at is None:
            appointed.revoked_at = uow.now
            uow.audit("deny/deputy", "deputy", appointed.id, department_id=appointed.department_id, reason=reason)
        return uow.answer(appointed)


def acting_for(ctx: Context, actor: Actor, login: str, scopes: frozenset[Permission]) -> Actor:
    """The actor as deputy of `login`; raises Forbidden where no appointment stands now.

    A token that was cut down stays cut down; one with everything its account holds lends the principal's powers whole.
    What the principal holds as a deputy himself is in none of his roles, so it is not passed on.
    """
    assert actor.account_id is not None
    found = ctx.queries.principals(actor.account_id, ctx.clock.now(), login)
    if not found:
        raise ended(login)
    narrowed = not scopes >= permissions_of(actor.roles)
    return lent(actor, found[0], scopes if narrowed else None)


def lent(actor: Actor, principal: Principal, scopes: frozenset[Permission] | None = None) -> Actor:
    """The actor with the principal's department, roles and permissions, these cut down to `scopes`."""
    roles = frozenset(Role(role) for role in principal.roles)
    return replace(
        actor,
        name=f"{actor.name} for {principal.login}",
        department_id=principal.department_id,
        below=principal.below,
        roles=roles,
        permissions=permissions_of(roles, scopes) - NOT_LENT,
        for_account_id=principal.account_id,
        for_name=principal.login,
        deputy_id=principal.id,
    )


def _require(actor: Actor, *, own: bool) -> None:
    """One's own deputies with deputies:write, anybody's with accounts:write; nobody appoints while he is a deputy."""
    if actor.deputy_id is not None:
        raise Forbidden(
            "A deputy appoints and revokes no deputies.",
            way_out="The principal or the office does it in their own name.",
        )
    actor.require(Permission.DEPUTIES_WRITE)
    if not own:
        actor.require(Permission.ACCOUNTS_WRITE)


def _person(uow: UnitOfWork, login: str, field: str) -> Account:
    """The account; raises NotFound naming the field for one that is absent or foreign."""
    account = uow.accounts.by_login(login)
    try:
        if account is None:
            raise missing("account", login)
        uow.actor.require_sight(account.department_id, "account", login)
    except NotFound as error:
        error.field = field
        raise
    return account
