"""Accounts, roles, permissions and API tokens.

What a role may do is one table, `GRANTS`. A token narrows its account's roles to its scopes, never widens them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Forbidden, NotFound
from cloudctl.domain.identifiers import new_id


class Role(StrEnum):
    """Who somebody is to the platform."""

    DEPARTMENT_OFFICER = "department-officer"
    DEPARTMENT_HEAD = "department-head"
    OFFICE_REVIEWER = "office-reviewer"
    OFFICE_ADMIN = "office-admin"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What an act needs; also the scopes that a token can be cut down to."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ORDERS_SIGN_OFF = "orders:sign-off"
    ORDERS_REVIEW = "orders:review"
    RESOURCES_READ = "resources:read"
    QUOTAS_READ = "quotas:read"
    QUOTAS_WRITE = "quotas:write"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    DEPARTMENTS_READ = "departments:read"
    DEPARTMENTS_WRITE = "departments:write"
    SYSTEMS_READ = "systems:read"
    SYSTEMS_WRITE = "systems:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    POLICIES_READ = "policies:read"
    EXEMPTIONS_WRITE = "exemptions:write"
    WORKFLOWS_READ = "workflows:read"
    WORKFLOWS_WRITE = "workflows:write"
    AUDIT_READ = "audit:read"


_READS = frozenset(p for p in Permission if p.value.endswith(":read"))
_DEPARTMENT_READS = _READS - {Permission.ACCOUNTS_READ, Permission.WORKFLOWS_READ, Permission.AUDIT_READ}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.DEPARTMENT_OFFICER: _DEPARTMENT_READS | {Permission.ORDERS_WRITE, Permission.SYSTEMS_WRITE},
    Role.DEPARTMENT_HEAD: _DEPARTMENT_READS | {Permission.ORDERS_SIGN_OFF},
    Role.OFFICE_REVIEWER: _READS | {Permission.ORDERS_REVIEW},
    Role.OFFICE_ADMIN: frozenset(Permission)
    - {Permission.ORDERS_WRITE, Permission.ORDERS_SIGN_OFF, Permission.WORKFLOWS_WRITE},
    Role.OPERATOR: _READS | {Permission.WORKFLOWS_WRITE},
    Role.AUDITOR: _READS,
}

DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})


@dataclass(kw_only=True, eq=False)
class Account:
    """A person. Department roles need a department; office roles have none and see every department."""

    id: UUID = field(default_factory=new_id)
    login: str
    name: str
    email: str
    department_id: UUID | None
    roles: frozenset[Role]
    locale: str = "zh_CN"
    active: bool = True
    created_at: datetime
    version: int = 1


@dataclass(kw_only=True, eq=False)
class Token:
    """An API token: `digest` is the SHA-256 of the secret, which is shown once and kept nowhere."""

    id: UUID = field(default_factory=new_id)
    account_id: UUID
    name: str
    digest: bytes
    scopes: frozenset[Permission]
    expires_at: datetime
    revoked_at: datetime | None = None
    created_at: datetime

    def usable(self, now: datetime) -> bool:
        """Neither revoked nor past its end."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts in this request or step: an account narrowed by its token, or the platform itself."""

    account_id: UUID | None
    name: str
    department_id: UUID | None
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    locale: str = "zh_CN"

    @property
    def sees_all(self) -> bool:
        """Office, operations and audit see every department; a department sees its own."""
        return self.department_id is None

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the actor holds `permission`."""
        if permission not in self.permissions:
            raise Forbidden(
                "This needs the permission {permission}.",
                way_out="Use a token whose account and scopes include it.",
                permission=permission.value,
            )

    def require_sight(self, department_id: UUID | None, what: str, key: object) -> None:
        """Raises NotFound for what belongs to another department, in the words used for what does not exist."""
        if not self.sees_all and department_id != self.department_id:
            raise missing(what, key)


def missing(what: str, key: object) -> NotFound:
    """The one wording for absent and foreign things alike."""
    return NotFound(
        "There is no {what} {key}.", way_out="Check the id, or list what you can see.", what=what, key=str(key)
    )


PLATFORM = Actor(
    account_id=None, name="cloudctl", department_id=None, roles=frozenset(), permissions=frozenset(Permission)
)


def permissions_of(roles: Iterable[Role], scopes: frozenset[Permission] | None = None) -> frozenset[Permission]:
    """The union of what the roles grant, cut down to `scopes` where a token has them."""
    granted = frozenset().union(*(GRANTS[role] for role in roles))
    return granted if scopes is None else granted & scopes
