"""Imported forms on record."""

from __future__ import annotations

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict
from cloudctl.domain.imports import Import
from tests.persistence.records import START, City, Database, account


def test_the_same_file_is_known_again(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.accounts.add(who := account("filer", None, Role.OFFICE_REVIEWER))
        given = {"department_id": city.department.id, "digest": "ab", "account_id": who.id, "created_at": START}
        for turn in (1, 2):
            uow.imports.add(Import(**given, turn=turn, orders=[f"2026-{turn}"]))
        uow.imports.add(Import(**given | {"digest": "cd"}, orders=[]))
    with database.work() as uow:
        found = uow.imports.of_file(city.department.id, "ab")
        assert [(one.turn, one.orders) for one in found] == [(1, ["2026-1"]), (2, ["2026-2"])]
        assert uow.imports.of_file(city.department.id, "ef") == []
        assert uow.imports.of_file(who.id, "ab") == []


def test_of_two_at_once_one_is_first(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.accounts.add(who := account("filer", None, Role.OFFICE_REVIEWER))
        given = {"department_id": city.department.id, "digest": "ab", "account_id": who.id, "created_at": START}
        uow.imports.add(Import(**given, orders=[]))
    with pytest.raises(Conflict), database.work() as uow:
        uow.imports.add(Import(**given, orders=[]))


def test_systems_of_a_department(city: City, database: Database) -> None:
    with database.work() as uow:
        assert [system.id for system in uow.systems.of_department(city.department.id)] == [city.system.id]
