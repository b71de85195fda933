from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.services import accounts
from tests.factories import Installed


def made(city: Installed, **fields: Any) -> Any:
    own = {"login": f"u-{new_id().hex}", "name": "王", "email": "w@x.cn", "department_id": city.ids["fgw"]}
    return accounts.create(
        city.ctx, city.people["office-admin"], **{**own, "roles": frozenset({Role.DEPARTMENT_HEAD}), **fields}
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"roles": frozenset()}, "roles"),
        ({"department_id": None}, "department_id"),
        ({"roles": frozenset({Role.AUDITOR})}, "roles"),
        ({"roles": frozenset({Role.DEPARTMENT_HEAD, Role.OFFICE_ADMIN})}, "roles"),
    ],
)
def test_roles_fit_the_place(city: Installed, fields: dict[str, Any], field: str) -> None:
    before = city.rows()
    with pytest.raises(Invalid) as caught:
        made(city, **fields)
    assert (caught.value.field, city.rows()) == (field, before)


def test_a_login_is_unique(city: Installed) -> None:
    first = made(city)
    with pytest.raises(Conflict) as caught:
        made(city, login=first.login)
    assert caught.value.field == "login"


def test_a_department_must_exist(city: Installed) -> None:
    with pytest.raises(NotFound):
        made(city, department_id=new_id())


def test_changes_are_told_with_before_and_after(city: Installed) -> None:
    account = made(city)
    roles = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
    changes = {"name": "王五", "roles": roles, "email": account.email}
    now = accounts.update(city.ctx, city.people["office-admin"], account.id, changes, expected_version=1)
    assert (now.name, now.roles, now.version) == ("王五", roles, 2)
    told = city.audited(action="update/account")[-1]
    assert told["before"] == {"name": "王", "roles": ["department-head"]}
    assert told["after"] == {"name": "王五", "roles": ["department-head", "department-officer"]}
    with pytest.raises(Stale):
        accounts.update(city.ctx, city.people["office-admin"], account.id, {"name": "x"}, expected_version=1)


@pytest.mark.parametrize("field", ["login", "id", "department_id", "version"])
def test_what_stays(city: Installed, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.update(city.ctx, city.people["office-admin"], city.ids["officer"], {field: "x"})
    assert caught.value.field == field


def test_an_office_role_is_not_given_to_a_department_s_account(city: Installed) -> None:
    with pytest.raises(Invalid):
        accounts.update(
            city.ctx, city.people["office-admin"], city.ids["officer"], {"roles": frozenset({Role.OPERATOR})}
        )


def test_everybody_sees_the_own_account(city: Installed) -> None:
    assert accounts.get(city.ctx, city.people["officer"], city.ids["officer"]).id == city.ids["officer"]
    assert accounts.get(city.ctx, city.people["auditor"], city.ids["officer"]).id == city.ids["officer"]
    with pytest.raises(Forbidden):
        accounts.get(city.ctx, city.people["officer"], city.ids["head"])
