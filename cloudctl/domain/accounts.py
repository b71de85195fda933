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
    DISTRICT_REVIEWER = "district-reviewer"
    DISTRICT_ADMIN = "district-admin"
    OFFICE_REVIEWER = "office-reviewer"
    OFFICE_ADMIN = "office-admin"
    NETWORK_SPECIALIST = "network-specialist"
    SECURITY_SPECIALIST = "security-specialist"
    CAPACITY_SPECIALIST = "capacity-specialist"
    BUDGET_SPECIALIST = "budget-specialist"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What an act needs; also the scopes that a token can be cut down to."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ORDERS_FILE = "orders:file"
    ORDERS_SIGN_OFF = "orders:sign-off"
    ORDERS_REVIEW = "orders:review"
    ORDERS_TAKE_OVER = "orders:take-over"
    ORDERS_OVERRIDE = "orders:override"
    OPINIONS_WRITE = "opinions:write"
    RESOURCES_READ = "resources:read"
    QUOTAS_READ = "quotas:read"
    QUOTAS_WRITE = "quotas:write"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    DEPARTMENTS_READ = "departments:read"
    DEPARTMENTS_WRITE = "departments:write"
    SYSTEMS_READ = "systems:read"
    SYSTEMS_WRITE = "systems:write"
    ROOMS_READ = "rooms:read"
    ROOMS_WRITE = "rooms:write"
    FITTINGS_WRITE = "fittings:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    POLICIES_READ = "policies:read"
    EXEMPTIONS_WRITE = "exemptions:write"
    RATINGS_READ = "ratings:read"
    RATINGS_ANSWER = "ratings:answer"
    EMERGENCIES_READ = "emergencies:read"
    EMERGENCIES_WRITE = "emergencies:write"
    TRANSFERS_READ = "transfers:read"
    TRANSFERS_WRITE = "transfers:write"
    DEPUTIES_READ = "deputies:read"
    DEPUTIES_WRITE = "deputies:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    SUPERVISION_READ = "supervision:read"
    SUPERVISION_WRITE = "supervision:write"
    WORKFLOWS_READ = "workflows:read"
    WORKFLOWS_WRITE = "workflows:write"
    DRIFT_READ = "drift:read"
    DRIFT_WRITE = "drift:write"
    AUDIT_READ = "audit:read"
    NOTICES_WRITE = "notices:write"
    INVENTORY_READ = "inventory:read"
    SYNCS_READ = "syncs:read"
    SYNCS_WRITE = "syncs:write"
    ADOPTIONS_READ = "adoptions:read"
    ADOPTIONS_WRITE = "adoptions:write"
    EVIDENCE_WRITE = "evidence:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CONSOLIDATION_READ = "consolidation:read"
    CONSOLIDATION_WRITE = "consolidation:write"
    STEPS_WRITE = "steps:write"
    SHADOWS_READ = "shadows:read"
    SHADOWS_WRITE = "shadows:write"
    WASTE_READ = "waste:read"
    WASTE_WRITE = "waste:write"
    TELEMETRY_READ = "telemetry:read"
    TELEMETRY_WRITE = "telemetry:write"
    ZOMBIES_READ = "zombies:read"
    ZOMBIES_WRITE = "zombies:write"
    CLEARINGS_READ = "clearings:read"
    CLEARINGS_WRITE = "clearings:write"
    CLEARINGS_ANSWER = "clearings:answer"
    CLEARINGS_PROPOSE = "clearings:propose"
    CLEARINGS_CONFIRM = "clearings:confirm"
    CLEARINGS_STOP = "clearings:stop"
    HOSTS_READ = "hosts:read"
    HOSTS_WRITE = "hosts:write"
    SECRETS_WRITE = "secrets:write"
    GRANTS_READ = "grants:read"
    GRANTS_WRITE = "grants:write"
    GRANTS_APPROVE = "grants:approve"
    RUNS_READ = "runs:read"
    RUNS_WRITE = "runs:write"
    RUNS_APPROVE = "runs:approve"
    APPS_READ = "apps:read"
    APPS_WRITE = "apps:write"
    APPS_APPROVE = "apps:approve"
    CHECKS_READ = "checks:read"
    CHECKS_WRITE = "checks:write"


_READS = frozenset(p for p in Permission if p.value.endswith(":read"))
_DEPARTMENT_READS = _READS - {
    Permission.ACCOUNTS_READ,
    Permission.WORKFLOWS_READ,
    Permission.AUDIT_READ,
    Permission.SYNCS_READ,
    Permission.ADOPTIONS_READ,
    Permission.RUNS_READ,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.DEPARTMENT_OFFICER: _DEPARTMENT_READS
    | {Permission.ORDERS_WRITE, Permission.SYSTEMS_WRITE, Permission.DEPUTIES_WRITE, Permission.TRANSFERS_WRITE}
    | {Permission.ROOMS_WRITE, Permission.EVIDENCE_WRITE, Permission.CLEARINGS_ANSWER}
    | {Permission.STEPS_WRITE, Permission.WASTE_WRITE, Permission.APPS_WRITE}
    | {Permission.SECRETS_WRITE, Permission.GRANTS_WRITE},
    Role.DEPARTMENT_HEAD: _DEPARTMENT_READS
    | {Permission.ORDERS_SIGN_OFF, Permission.DEPUTIES_WRITE}
    | {Permission.STEPS_WRITE, Permission.EVIDENCE_WRITE, Permission.CLEARINGS_ANSWER},
    Role.DISTRICT_REVIEWER: _DEPARTMENT_READS | {Permission.ORDERS_REVIEW, Permission.DEPUTIES_WRITE},
    Role.DISTRICT_ADMIN: _DEPARTMENT_READS
    | {Permission.QUOTAS_WRITE, Permission.ACCOUNTS_READ, Permission.AUDIT_READ, Permission.DEPUTIES_WRITE},
    Role.OFFICE_REVIEWER: _READS
    | {Permission.ORDERS_FILE}
    | {Permission.RATINGS_ANSWER, Permission.EVIDENCE_WRITE, Permission.CASES_WRITE}
    | {Permission.ZOMBIES_WRITE}
    | {Permission.CLEARINGS_WRITE, Permission.CLEARINGS_PROPOSE, Permission.CLEARINGS_STOP}
    | {Permission.ORDERS_REVIEW, Permission.ORDERS_TAKE_OVER, Permission.DEPUTIES_WRITE, Permission.EMERGENCIES_WRITE}
    | {Permission.STEPS_WRITE, Permission.APPS_WRITE, Permission.APPS_APPROVE, Permission.RUNS_APPROVE},
    Role.OFFICE_ADMIN: frozenset(Permission)
    - {Permission.ORDERS_WRITE, Permission.ORDERS_SIGN_OFF, Permission.OPINIONS_WRITE, Permission.WORKFLOWS_WRITE}
    - {Permission.FITTINGS_WRITE, Permission.CLEARINGS_ANSWER, Permission.CLEARINGS_PROPOSE},
    Role.NETWORK_SPECIALIST: _READS | {Permission.OPINIONS_WRITE, Permission.DEPUTIES_WRITE},
    Role.SECURITY_SPECIALIST: _READS
    | {Permission.OPINIONS_WRITE, Permission.DEPUTIES_WRITE}
    | {Permission.CLEARINGS_CONFIRM, Permission.CLEARINGS_STOP, Permission.GRANTS_APPROVE},
    Role.CAPACITY_SPECIALIST: _READS | {Permission.OPINIONS_WRITE, Permission.DEPUTIES_WRITE},
    Role.BUDGET_SPECIALIST: _READS | {Permission.OPINIONS_WRITE, Permission.DEPUTIES_WRITE},
    Role.OPERATOR: _READS
    | {Permission.WORKFLOWS_WRITE, Permission.DEPUTIES_WRITE, Permission.NOTICES_WRITE, Permission.SYNCS_WRITE}
    | {Permission.DRIFT_WRITE, Permission.FITTINGS_WRITE, Permission.EVIDENCE_WRITE, Permission.TELEMETRY_WRITE}
    | {Permission.CLEARINGS_PROPOSE, Permission.CLEARINGS_STOP}
    | {Permission.STEPS_WRITE, Permission.SHADOWS_WRITE, Permission.WASTE_WRITE, Permission.APPS_WRITE}
    | {Permission.HOSTS_WRITE, Permission.SECRETS_WRITE, Permission.GRANTS_WRITE, Permission.RUNS_WRITE}
    | {Permission.CHECKS_WRITE},
    Role.AUDITOR: _READS,
}

# What a deputy is not lent: it would outlive the appointment.
NOT_LENT = frozenset({Permission.ACCOUNTS_WRITE, Permission.DEPUTIES_WRITE})

DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
DISTRICT_ROLES = frozenset({Role.DISTRICT_REVIEWER, Role.DISTRICT_ADMIN})


@dataclass(kw_only=True, eq=False)
class Account:
    """A person. Department roles need a department, district roles one of that level; office roles have none."""

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
    """Who acts in this request or step: an account narrowed by its token, or the platform itself.

    What it sees is its realm: every department without a `department_id` (office, operations, audit), else that one,
    and for a district's office the departments `below` it as well.

    A deputy has the principal's department, roles and permissions: `for_account_id` and `for_name` are the principal,
    `deputy_id` is the appointment, and `name` reads "B for A".
    """

    account_id: UUID | None
    name: str
    department_id: UUID | None
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    locale: str = "zh_CN"
    for_account_id: UUID | None = None
    for_name: str | None = None
    deputy_id: UUID | None = None
    below: frozenset[UUID] = frozenset()

    @property
    def persons(self) -> frozenset[UUID]:
        """Whose hands these are: the account itself and whom it acts for. Separation of duties counts both."""
        return frozenset(key for key in (self.account_id, self.for_account_id) if key is not None)

    @property
    def sees_all(self) -> bool:
        """Office, operations and audit see every department; a department its own, a district's office its subtree."""
        return self.department_id is None

    def holds(self, permission: Permission) -> bool:
        """Whether the actor may do what needs `permission`."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises Forbidden unless the actor holds `permission`."""
        if permission not in self.permissions:
            raise Forbidden(
                "This needs the permission {permission}.",
                way_out="Use a token whose account and scopes include it.",
                permission=permission.value,
            )

    def sees(self, department_id: UUID | None) -> bool:
        """Whether the department is in the actor's realm; what belongs to no department is the office's."""
        return self.sees_all or department_id == self.department_id or department_id in self.below

    def require_sight(self, department_id: UUID | None, what: str, key: object) -> None:
        """Raises NotFound for what lies outside the realm, in the words used for what does not exist."""
        if not self.sees(department_id):
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
