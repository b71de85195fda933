"""Accounts and authentication."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, DISTRICT_ROLES, Account, Actor, Permission, Role, permissions_of
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Invalid, Unauthenticated
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import deputies, tokens
from cloudctl.services.edits import apply_edits
from cloudctl.services.mergers import standing

EDITABLE = frozenset({"name", "email", "roles", "locale", "active"})


def create(
    ctx: Context,
    request: Request,
    *,
    login: str,
    name: str,
    email: str,
    department_id: UUID | None,
    roles: frozenset[Role],
    locale: str = "zh_CN",
) -> Account:
    """Puts a person on record; department roles need a department, district roles a district, office roles none."""
    request.actor.require(Permission.ACCOUNTS_WRITE)
    _check_roles(roles, department_id)
    with ctx.unit_of_work(request) as uow:
        if department_id is not None:
            request.actor.require_sight(department_id, "department", department_id)
            standing(uow, department_id, "department_id")
            _check_district(uow, roles, department_id)
        account = Account(
            login=login,
            name=name,
            email=email,
            department_id=department_id,
            roles=roles,
            locale=locale,
            created_at=uow.now,
        )
        uow.accounts.add(account)
        uow.audit(
            "create/account",
            "account",
            account.id,
            department_id=department_id,
            after={"login": login, "name": name, "roles": sorted(role.value for role in roles)},
        )
        return uow.answer(account)


def update(
    ctx: Context, request: Request, account_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Account:
    """Changes name, mail, roles, locale or whether the account is active."""
    request.actor.require(Permission.ACCOUNTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        account = uow.accounts.get(account_id)
        request.actor.require_sight(account.department_id, "account", account_id)
        uow.check_version(account, expected_version)
        if "roles" in changes:
            _check_roles(changes["roles"], account.department_id)
            if account.department_id is not None:
                _check_district(uow, changes["roles"], account.department_id)
        before, after = apply_edits(account, changes, EDITABLE)
        uow.audit(
            "update/account", "account", account.id, department_id=account.department_id, before=_plain(before),
            after=_plain(after),
        )  # fmt: skip
        return uow.answer(account)


def get(ctx: Context, request: Request, account_id: UUID) -> Account:
    """One account: one's own, or for who may read accounts any of what the actor sees."""
    own = request.actor.account_id == account_id
    if not own:
        request.actor.require(Permission.ACCOUNTS_READ)
    with ctx.unit_of_work(request) as uow:
        account = uow.accounts.get(account_id)
    if not own:
        request.actor.require_sight(account.department_id, "account", account_id)
    return account


def authenticate(ctx: Context, secret: str, act_for: str | None = None) -> Actor:
    """Who a bearer token stands for; raises Unauthenticated in the same words for every reason.

    With `act_for`, the login of a principal: that person's deputy, if the appointment stands now.
    """
    owner = ctx.queries.token_owner(tokens.digest(secret))
    now = ctx.clock.now()
    if owner is None or not owner.active or owner.revoked_at is not None or owner.expires_at <= now:
        raise Unauthenticated(
            "The token is unknown, expired or revoked.", way_out="Log in with a current token, or ask for a new one."
        )
    roles = frozenset(Role(role) for role in owner.roles)
    scopes = frozenset(Permission(scope) for scope in owner.scopes)
    actor = Actor(
        account_id=owner.account_id,
        name=owner.login,
        department_id=owner.department_id,
        roles=roles,
        permissions=permissions_of(roles, scopes),
        locale=owner.locale,
        below=owner.below,
    )
    return actor if act_for is None else deputies.acting_for(ctx, actor, act_for, scopes)


def _check_roles(roles: frozenset[Role], department_id: UUID | None) -> None:
    if not roles:
        raise Invalid("An account needs a role.", field="roles", way_out="Give at least one.")
    if department_id is None and roles & (DEPARTMENT_ROLES | DISTRICT_ROLES):
        raise Invalid("A department role needs a department.", field="department_id", way_out="Name the department.")
    if department_id is not None and roles - DEPARTMENT_ROLES - DISTRICT_ROLES:
        raise Invalid(
            "An account of a department holds department roles only.",
            field="roles",
            way_out="Make a separate office account without a department.",
        )
    if roles & DEPARTMENT_ROLES and roles & DISTRICT_ROLES:
        raise Invalid(
            "Who applies or signs for a department does not hold a district's roles as well.",
            field="roles",
            way_out="Make a separate account for the district's office.",
        )


def _check_district(uow: UnitOfWork, roles: frozenset[Role], department_id: UUID) -> None:
    """Raises NotFound for an absent department, Invalid for a district's roles in one of another level."""
    department = uow.departments.get(department_id)
    if roles & DISTRICT_ROLES and department.level is not Level.DISTRICT:
        raise Invalid(
            "A district's roles belong to a department of the level district, not {level}.",
            field="roles",
            way_out="Name the district's department.",
            level=department.level.value,
        )


def _plain(fields: dict[str, object]) -> dict[str, object]:
    """Sets as sorted lists, so that an audit event is canonical."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in fields.items()}
