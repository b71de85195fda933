"""Every version of the register's rows: written by the session itself, complete at every moment, in few statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from cloudctl.domain.departments import Department, Level
from cloudctl.domain.dependencies import Dependency, DependencyKind
from cloudctl.domain.errors import Conflict
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import VERSIONED, dependencies_versions, systems, systems_versions
from cloudctl.persistence.versions import change
from cloudctl.ports.queries import PageAsk, Subtree
from cloudctl.ports.queries.register import SystemAsOf, VersionRow
from tests.persistence.records import ADMIN, START, City, Database, Statements, department, system

NAMES = ["a", "b", "c"]
LONG_AGO, FAR_AHEAD = START - timedelta(days=1), START + timedelta(days=1000)


def versions(database: Database, key: UUID) -> list[Any]:
    rows: list[Any] = database.all(
        select(systems_versions).where(systems_versions.c.id == key).order_by(systems_versions.c.version)
    )
    return rows


def test_a_first_version_says_who_when_and_in_which_request(city: City, database: Database) -> None:
    (row,) = versions(database, city.system.id)
    assert (row.version, row.since, row.until) == (1, START, None)
    assert (row.by_id, row.by_name, row.request_id, row.reason) == (ADMIN.account_id, ADMIN.name, "req-1", None)
    assert (row.code, row.name, row.department_id) == ("relief", "Relief", city.department.id)


def test_a_change_closes_the_version_before(city: City, database: Database) -> None:
    database.clock.sleep(60)
    with database.work() as uow:
        uow.because("import 2026-000012")
        uow.systems.get(city.system.id).name = "Relief 2"
    first, second = versions(database, city.system.id)
    assert (first.name, first.until) == ("Relief", database.clock.at)
    assert (second.name, second.version, second.since, second.until) == ("Relief 2", 2, database.clock.at, None)
    assert (first.reason, second.reason) == (None, "import 2026-000012")


def test_a_read_and_what_stays_as_it_was_make_no_version(city: City, database: Database) -> None:
    with database.work() as uow:
        found = uow.systems.get(city.system.id)
        found.name = "Relief"
        uow.departments.get(city.department.id).name = "Something else"
    assert len(versions(database, city.system.id)) == 1


def test_what_is_rolled_back_leaves_none(city: City, database: Database) -> None:
    carry_out(database, "fall", city.system.id, "never")
    with database.work() as uow:
        with pytest.raises(Conflict), uow.attempt():
            uow.systems.add(system(city.department.id, "relief"))
        uow.systems.get(city.system.id).name = "after a part that fell"
    assert [row.name for row in versions(database, city.system.id)] == ["Relief", "after a part that fell"]


def test_a_taken_code_among_many_changes_nothing(city: City, database: Database) -> None:
    before = database.rows()
    with pytest.raises(Conflict) as caught, database.work() as uow:
        uow.systems.put_many([system(city.department.id, code) for code in ("new", "relief")], {})
    assert caught.value.field == "code"
    assert database.rows() == before


def test_no_statement_goes_past_the_versions(city: City, database: Database) -> None:
    row = {"id": city.system.id}
    for statement in (
        update(systems).where(systems.c.id == city.system.id).values(name="past"),
        delete(systems).where(systems.c.id == city.system.id),
        insert(systems).values(**row),
    ):
        with pytest.raises(RuntimeError, match="systems keeps its versions"), database.work() as uow:
            uow.session.connection().execute(statement)
    with database.work() as uow:  # a flush that failed lends nobody its leave
        with pytest.raises(Conflict), uow.attempt():
            uow.systems.add(system(city.department.id, "relief"))
        with pytest.raises(RuntimeError):
            uow.session.execute(update(systems).values(name="past"))
    assert [row.name for row in versions(database, city.system.id)] == ["Relief"]


def test_one_statement_over_many_rows_keeps_them_all(city: City, database: Database) -> None:
    other = department("finance")
    with database.work() as uow:
        uow.departments.add(other)
        loaded = uow.systems.get(city.system.id)
        moved = update(systems).where(systems.c.department_id == city.department.id).values(department_id=other.id)
        assert change(uow.session, moved) == 1
        assert (loaded.department_id, loaded.version) == (other.id, 2)
    assert [row.department_id for row in versions(database, city.system.id)] == [city.department.id, other.id]


def test_many_cost_few_statements(city: City, database: Database) -> None:
    many = [system(city.department.id, f"s{number}") for number in range(500)]
    with Statements(database.engines) as sent, database.work() as uow:
        uow.systems.put_many(many, {})
    assert len(sent) <= 4
    database.clock.sleep(1)
    with Statements(database.engines) as sent, database.work() as uow:
        uow.systems.put_many([], {one.id: {"function": f"f {one.code}"} for one in many})
        assert len(uow.systems.on_record()) == 501
    assert len(sent) <= 6
    with database.work() as uow:
        assert {one.function for one in map(uow.systems.get, [many[0].id, many[-1].id])} == {"f s0", "f s499"}
    assert [row.function for row in versions(database, many[7].id)] == [None, "f s7"]


def test_what_is_taken_off_stays_in_the_history(city: City, database: Database, queries: DatabaseQueries) -> None:
    other = system(city.department.id, "login")
    need = Dependency(system_id=city.system.id, on_id=other.id, kind=DependencyKind.LOGIN, created_at=START)
    with database.work() as uow:
        uow.systems.add(other)
        uow.dependencies.add(need)
    database.clock.sleep(60)
    with database.work() as uow:
        uow.dependencies.remove(uow.dependencies.get(need.id))
    (row,) = database.all(select(dependencies_versions))
    assert (row.since, row.until) == (START, database.clock.at)
    (found,) = queries.register.dependencies(START)
    assert (found.system_id, found.on_id, found.kind) == (city.system.id, other.id, DependencyKind.LOGIN)
    assert queries.register.dependencies(database.clock.at) == []


def test_the_register_at_a_moment_and_in_a_scope(city: City, database: Database, queries: DatabaseQueries) -> None:
    district = Department(code="qu", name="区", level=Level.DISTRICT, created_at=START)
    with database.work() as uow:
        uow.departments.add(district)
        uow.systems.add(system(district.id, "district-oa"))
    database.clock.sleep(60)
    with database.work() as uow:
        uow.systems.get(city.system.id).name = "Relief 2"
    now = database.clock.at
    then = {row.code: row for row in queries.register.systems(now - timedelta(seconds=1), "all")}
    assert {code: row.name for code, row in then.items()} == {"relief": "Relief", "district-oa": "District-Oa"}
    assert type(then["relief"]) is SystemAsOf
    assert [row.name for row in queries.register.systems(now, "city_departments")] == ["Relief 2"]
    assert [row.code for row in queries.register.systems(now, Subtree(district.id))] == ["district-oa"]
    assert queries.register.systems(LONG_AGO, "all") == []


def test_a_history_tells_each_field_and_goes_on(city: City, database: Database, queries: DatabaseQueries) -> None:
    for name in ("Relief 2", "Relief 3"):
        database.clock.sleep(60)
        with database.work() as uow:
            uow.systems.get(city.system.id).name = name
    page = queries.register.history("systems", city.system.id, PageAsk(limit=1))
    (newest,) = page.items
    assert isinstance(newest, VersionRow)
    assert (newest.version, newest.at, newest.by_name) == (3, database.clock.at, "admin")
    assert newest.changes == {"name": ("Relief 2", "Relief 3")}
    rest = queries.register.history("systems", city.system.id, PageAsk(cursor=page.next))
    second, first = rest.items
    assert isinstance(second, VersionRow)
    assert isinstance(first, VersionRow)
    assert second.changes == {"name": ("Relief", "Relief 2")}
    assert first.changes["code"] == (None, "relief")
    assert "approved_by" not in first.changes
    assert rest.next is None


def test_the_list_of_a_past_day(city: City, database: Database, queries: DatabaseQueries) -> None:
    """START is 09:30 on 2 March in Shanghai."""
    database.clock.at = datetime.fromisoformat("2026-03-03T15:59:59+00:00")  # a second before midnight there
    with database.work() as uow:
        uow.systems.get(city.system.id).status = "migrating"
    seen = {}
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        seen[day] = [row.status for row in queries.systems.page(None, {"as_of": day}, PageAsk()).items]  # type: ignore[attr-defined]
    assert seen == {"2026-03-01": [], "2026-03-02": ["in_use"], "2026-03-03": ["migrating"]}
    both = {"as_of": "2026-03-02", "status": "migrating"}
    assert queries.systems.page(None, both, PageAsk()).items == []


def test_every_versioned_table_has_all_columns_of_its_noun() -> None:
    assert {"systems", "dependencies"} <= {table.name for table in VERSIONED}
    for table, kept in VERSIONED.items():
        assert {column.name for column in table.columns} < {column.name for column in kept.columns}
        assert [column.name for column in kept.primary_key] == ["id", "version"]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "bulk", "change", "twice", "fall", "add"]),
        st.integers(0, 2),
        st.sampled_from(NAMES),
        st.integers(-3, 5),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_versions_at_any_time_are_the_rows_that_were_there(
    city: City, database: Database, queries: DatabaseQueries, steps: list[tuple[str, int, str, int]]
) -> None:
    """Whatever is done, in whatever order, and if a clock goes back: one version at every moment, the right one."""
    known: dict[UUID, list[tuple[datetime, str]]] = {}
    keys: list[UUID] = []
    for act, which, name, seconds in [("add", 0, "a", 1), *steps]:
        database.clock.sleep(seconds)
        if act == "add" or which >= len(keys):
            code = f"x{len(keys)}-{id(known)}-{len(versions_of(database))}"
            made = system(city.department.id, code)
            made.name = name
            with database.work() as uow:
                uow.systems.add(made)
            keys.append(made.id)
            known[made.id] = [(database.clock.at, name)]
            continue
        key = keys[which]
        carry_out(database, act, key, name)
        if act != "fall" and (act in {"bulk", "change"} or known[key][-1][1] != name or act == "twice"):
            known[key].append((max(database.clock.at, known[key][-1][0]), name))
    moments = sorted({at for history in known.values() for at, _ in history})
    for moment in [LONG_AGO, *moments, *(at + timedelta(milliseconds=500) for at in moments), FAR_AHEAD]:
        expected = {
            key: [name for at, name in history if at <= moment][-1]
            for key, history in known.items()
            if history[0][0] <= moment
        }
        found = [row for row in queries.register.systems(moment, "all") if row.id in known]
        assert len(found) == len({row.id for row in found})
        assert {row.id: row.name for row in found} == expected


def carry_out(database: Database, act: str, key: UUID, name: str) -> None:
    try:
        with database.work() as uow:
            match act:
                case "bulk":
                    uow.systems.put_many([], {key: {"name": name}})
                case "change":
                    change(uow.session, update(systems).where(systems.c.id == key).values(name=name))
                case "twice":
                    found = uow.systems.get(key)
                    found.name = "between"
                    uow.session.flush()
                    found.name = name
                case _:
                    uow.systems.get(key).name = name
            if act == "fall":
                uow.session.flush()
                _fall()
    except ZeroDivisionError:
        assert act == "fall"


def _fall() -> None:
    raise ZeroDivisionError


def versions_of(database: Database) -> list[Any]:
    rows: list[Any] = database.all(select(systems_versions.c.id))
    return rows


def test_two_who_would_close_a_circle_together_follow_each_other(city: City, database: Database) -> None:
    other = system(city.department.id, "login")
    with database.work() as uow:
        uow.systems.add(other)
    seen: list[dict[UUID, list[UUID]]] = []

    def second() -> None:
        with database.work() as uow:
            uow.dependencies.lock_graph()
            seen.append(uow.dependencies.graph())

    with database.work() as uow:
        uow.dependencies.lock_graph()
        assert uow.dependencies.graph() == {}
        later = Thread(target=second)
        later.start()
        database.wait_for_a_waiter()
        uow.dependencies.add(Dependency(system_id=city.system.id, on_id=other.id, created_at=START))
    later.join(20)
    assert seen == [{city.system.id: [other.id]}]
