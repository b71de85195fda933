"""Declarations, architectures and ratings on both databases, and what the migration makes of older rows."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text

import cloudctl.persistence.migrations as versions
from cloudctl.domain.catalogue import Image, Specification
from cloudctl.domain.errors import Conflict
from cloudctl.domain.ratings import Rating
from cloudctl.persistence.engines import open_engines
from cloudctl.persistence.queries.database import DatabaseQueries
from tests.persistence.records import START, City, Database

NOW = "2026-03-02 01:30:00"


def image(code: str, architecture: str, **fields: object) -> Image:
    own: dict[str, object] = {"os_family": "x", "min_disk_gib": 1, "login_user": "x", "names": {}}
    return Image(code=code, name=code, architecture=architecture, **{**own, **fields})  # type: ignore[arg-type]


def test_the_migration_takes_older_entries_as_declared_and_x86(empty_url: str) -> None:
    made = open_engines(empty_url)
    versions.upgrade(made.write, "0009")
    department, system = uuid4(), uuid4()
    ids = {"department": department.hex, "system": system.hex}
    with made.write.begin() as connection:
        known = {column["name"] for column in inspect(connection).get_columns("departments")}
        more = {"path": "/x/"} if "path" in known else {}
        names = ", ".join(("id", "code", "name", "level", "created_at", "version", *more))
        values = ", ".join((":department", "'fgw'", "'fgw'", "'city'", ":now", "1", *(f":{name}" for name in more)))
        connection.execute(text(f"INSERT INTO departments ({names}) VALUES ({values})"), ids | {"now": NOW} | more)
        connection.execute(
            text(
                "INSERT INTO systems (id, department_id, code, name, mlps_level, created_at, version)"
                " VALUES (:system, :department, 'oa', 'OA', 2, :now, 1)"
            ),
            ids | {"now": NOW},
        )
        connection.execute(
            text(
                "INSERT INTO specifications (code, name, vcpu, memory_mib, root_disk_gib, retired)"
                " VALUES ('s2', 's2', 2, 4096, 40, :no)"
            ),
            {"no": False},
        )
    versions.upgrade(made.write)
    with Database(made).work() as uow:
        found = uow.systems.by_code("oa")
        assert found is not None
        assert (found.no_state_secrets, found.declared_by, found.xinchuang) == (True, "migration", False)
        assert found.declared_at is not None
        assert uow.catalogue.specification("s2").architecture == "x86_64"
    made.close()


def test_images_that_fit_an_architecture(database: Database) -> None:
    with database.work() as uow:
        for entry in (
            image("uos", "aarch64", xinchuang=True, os_name="统信", os_version="V20"),
            image("kylin", "aarch64"),
            image("old", "aarch64", retired=True),
            image("debian", "x86_64"),
            Specification(
                code="k2", name="k2", vcpu=1, memory_mib=1, root_disk_gib=1, architecture="aarch64", xinchuang=True
            ),
        ):
            uow.catalogue.add(entry)
    with database.work() as uow:
        assert [entry.code for entry in uow.catalogue.images_for("aarch64")] == ["kylin", "uos"]
        assert uow.catalogue.images_for("loongarch64") == []
        kept = uow.catalogue.image("uos")
        assert (kept.xinchuang, kept.os_name, kept.os_version) == (True, "统信", "V20")
        assert uow.catalogue.specification("k2").xinchuang


def test_an_order_is_rated_once(city: City, database: Database) -> None:
    order = city.order()
    given = {"order_id": order.id, "department_id": order.department_id, "rated_by": city.officer.id}
    first = Rating(**given, mark=2, reason="慢", created_at=START)
    first.owe(START + timedelta(days=7))
    with database.work() as uow:
        uow.ratings.add(first)
        assert uow.ratings.of_order(order.id) is first
    with pytest.raises(Conflict), database.work() as uow:
        uow.ratings.add(Rating(**given, mark=5, created_at=START))
    with database.work() as uow:
        kept = uow.ratings.lock(first.id)
        assert (kept.state, kept.mark, kept.answer_due) == ("answer_owed", 2, first.answer_due)
        kept.answered("已改进", city.officer.id, START + timedelta(days=1))
    with database.work() as uow:
        found = uow.ratings.of_order(order.id)
        assert found is not None
        assert (found.state, found.answer, found.version) == ("answered", "已改进", 2)


def test_the_summary_of_a_scope_in_one_statement(city: City, database: Database, queries: DatabaseQueries) -> None:
    order = city.order()
    given = {"order_id": order.id, "department_id": order.department_id, "rated_by": city.officer.id}
    bad = Rating(**given, mark=1, reason="慢", created_at=START)
    bad.owe(START)
    with database.work() as uow:
        uow.ratings.add(bad)
    for scope, total in ((None, 1), (order.department_id, 1), (uuid4(), 0)):
        found = queries.rating_summary(scope, START + timedelta(days=1))
        assert (found.total, found.answers_owed, found.answers_overdue) == (total, total, total)
        assert found.good_share == (0.0 if total else None)
        assert list(found.marks) == ["1", "2", "3", "4", "5"]
    assert queries.rating_summary(None, START).answers_overdue == 0
