from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cloudctl.domain.accounts import (
    DEPARTMENT_ROLES,
    DISTRICT_ROLES,
    GRANTS,
    PLATFORM,
    Actor,
    Permission,
    Role,
    Token,
    permissions_of,
)
from cloudctl.domain.errors import Forbidden, NotFound
from cloudctl.domain.identifiers import new_id

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def actor(*roles: Role, department: bool = False) -> Actor:
    return Actor(
        account_id=new_id(),
        name="li",
        department_id=new_id() if department else None,
        roles=frozenset(roles),
        permissions=permissions_of(roles),
    )


def test_every_role_has_its_grants_and_every_permission_a_holder() -> None:
    assert set(GRANTS) == set(Role)
    assert frozenset().union(*GRANTS.values()) == frozenset(Permission)


@pytest.mark.parametrize(
    ("act", "may"),
    [
        (Permission.ORDERS_WRITE, {Role.DEPARTMENT_OFFICER}),
        (Permission.ORDERS_SIGN_OFF, {Role.DEPARTMENT_HEAD}),
        (Permission.ORDERS_REVIEW, {Role.OFFICE_REVIEWER, Role.OFFICE_ADMIN, Role.DISTRICT_REVIEWER}),
        (Permission.ORDERS_TAKE_OVER, {Role.OFFICE_REVIEWER, Role.OFFICE_ADMIN}),
        (Permission.WORKFLOWS_WRITE, {Role.OPERATOR}),
        (Permission.QUOTAS_WRITE, {Role.OFFICE_ADMIN, Role.DISTRICT_ADMIN}),
        (Permission.ACCOUNTS_WRITE, {Role.OFFICE_ADMIN}),
        (Permission.EXEMPTIONS_WRITE, {Role.OFFICE_ADMIN}),
        (Permission.SYSTEMS_WRITE, {Role.DEPARTMENT_OFFICER, Role.OFFICE_ADMIN}),
    ],
)
def test_who_may_do_what(act: Permission, may: set[Role]) -> None:
    assert {role for role in Role if act in GRANTS[role]} == may


def test_nobody_writes_signs_and_decides_on_orders_in_one_role() -> None:
    trio = {Permission.ORDERS_WRITE, Permission.ORDERS_SIGN_OFF, Permission.ORDERS_REVIEW}
    assert all(len(trio & grants) <= 1 for grants in GRANTS.values())


def test_auditors_change_nothing() -> None:
    assert all(permission.endswith(":read") for permission in GRANTS[Role.AUDITOR])


@pytest.mark.parametrize("role", sorted(DEPARTMENT_ROLES))
def test_departments_read_neither_accounts_nor_workflows_nor_the_audit_trail(role: Role) -> None:
    assert not GRANTS[role] & {Permission.ACCOUNTS_READ, Permission.WORKFLOWS_READ, Permission.AUDIT_READ}


def test_scopes_narrow_and_never_widen() -> None:
    scopes = frozenset({Permission.ORDERS_READ, Permission.AUDIT_READ})
    assert permissions_of([Role.DEPARTMENT_OFFICER], scopes) == {Permission.ORDERS_READ}
    assert permissions_of([Role.AUDITOR, Role.OPERATOR]) == GRANTS[Role.AUDITOR] | GRANTS[Role.OPERATOR]
    assert permissions_of([]) == frozenset()


def test_require() -> None:
    actor(Role.OPERATOR).require(Permission.WORKFLOWS_WRITE)
    with pytest.raises(Forbidden) as caught:
        actor(Role.AUDITOR).require(Permission.WORKFLOWS_WRITE)
    assert caught.value.params == {"permission": "workflows:write"}
    assert all(permission in PLATFORM.permissions for permission in Permission)


def test_what_is_foreign_is_told_as_if_it_were_absent() -> None:
    officer, key = actor(Role.DEPARTMENT_OFFICER, department=True), new_id()
    officer.require_sight(officer.department_id, "order", key)
    actor(Role.AUDITOR).require_sight(new_id(), "order", key)
    for owner in (new_id(), None):
        with pytest.raises(NotFound, match=f"There is no order {key}"):
            officer.require_sight(owner, "order", key)


def test_a_district_s_office_sees_its_subtree_and_nothing_beside_it() -> None:
    below, key = new_id(), new_id()
    office = replace(actor(Role.DISTRICT_REVIEWER, department=True), below=frozenset({below}))
    for seen in (below, office.department_id):
        office.require_sight(seen, "order", key)
    for foreign in (new_id(), None):
        assert not office.sees(foreign)
        with pytest.raises(NotFound):
            office.require_sight(foreign, "order", key)


def test_a_district_s_roles_act_neither_for_the_city_nor_for_a_department() -> None:
    city = {Permission.ORDERS_TAKE_OVER, Permission.DEPARTMENTS_WRITE, Permission.ACCOUNTS_WRITE}
    department = {Permission.ORDERS_WRITE, Permission.ORDERS_SIGN_OFF, Permission.SYSTEMS_WRITE}
    for role in DISTRICT_ROLES:
        assert not GRANTS[role] & (city | department | {Permission.WORKFLOWS_READ})


def test_a_token_ends_at_its_moment_or_when_revoked() -> None:
    token = Token(
        account_id=new_id(),
        name="t",
        digest=b"",
        scopes=frozenset(),
        expires_at=NOW + timedelta(days=1),
        created_at=NOW,
    )
    assert token.usable(NOW)
    assert not token.usable(token.expires_at)
    token.revoked_at = NOW
    assert not token.usable(NOW)
