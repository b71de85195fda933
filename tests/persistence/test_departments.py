"""The tree of departments: what ties one to its work, and that nothing slips in while it ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

from cloudctl.domain.departments import Department, Level
from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk, Subtree
from tests.persistence.records import START, City, department, system


def test_nothing_ties_a_department_that_has_nothing(city: City) -> None:
    with city.database.work() as uow:
        ties = uow.departments.ties(city.department.id)
    assert ties == {"units": [], "orders": [], "resources": [], "transfers": [], "emergencies": [], "rules": []}


def test_what_it_has_is_named_and_what_has_ended_is_not(city: City) -> None:
    for number, state in enumerate(
        ("draft", "in_review", "provisioning", "attention", "delivered", "failed", "closed")
    ):
        city.order(f"2026-00000{number}", state=state)
    unit, gone = department("unit"), department("gone")
    for below in (unit, gone):
        below.stand_below(city.department)
    gone.retire(city.database.clock.now())
    with city.database.work() as uow:
        network = city.network("seg", state="retained")
        uow.resources.add(network)
        uow.resources.add(city.server(network.id, "web-1", state="active"))
        uow.resources.add(city.server(network.id, "web-2", state="released"))
        uow.resources.add(city.server(network.id, "web-3", state="undone"))
        uow.departments.add(unit)
        uow.departments.add(gone)
    with city.database.work() as uow:
        ties = uow.departments.ties(city.department.id)
    assert ties["orders"] == ["2026-000000", "2026-000001", "2026-000002", "2026-000003"]
    assert (ties["resources"], ties["units"]) == (["seg", "web-1"], ["unit"])


def test_the_tree_is_known_as_it_stood(city: City, queries: DatabaseQueries) -> None:
    district = Department(code="qu", name="区", level=Level.DISTRICT, created_at=START)
    unit, deep = department("unit"), department("deep")
    deep.stand_below(unit)
    with city.database.work() as uow:
        for one in (district, unit, deep):
            uow.departments.add(one)
        uow.systems.add(system(deep.id, "s-deep"))

    def seen(at: datetime) -> tuple[list[str], list[str], list[str]]:
        below, city_level = Subtree(district.id), "city_departments"
        scopes = (queries.register.systems(at, scope) for scope in (below, city_level))
        level = [one.code for one in queries.standings.departments(at) if one.level == "city"]
        in_district, in_city = ([one.code for one in found] for found in scopes)
        return in_district, in_city, level

    before = city.database.clock.at
    city.database.clock.sleep(86_400)
    with city.database.work() as uow:
        moved = uow.departments.get(unit.id)
        path = moved.path
        moved.level = uow.departments.get(deep.id).level = Level.TOWNSHIP
        moved.stand_below(uow.departments.get(district.id))
        uow.departments.carry_along(moved, path)
        assert uow.departments.get(deep.id).path == f"/{district.id.hex}/{unit.id.hex}/{deep.id.hex}/"
    after = city.database.clock.at
    city.database.clock.sleep(86_400)
    with city.database.work() as uow:
        uow.departments.get(deep.id).retire(uow.now, uow.departments.get(city.department.id))
    own = city.department.code
    assert seen(before) == ([], ["relief", "s-deep"], sorted(["deep", own, "unit"]))
    assert seen(after) == (["s-deep"], ["relief"], [own])
    assert {one.code for one in queries.standings.departments(after)} == {own, "qu", "unit", "deep"}
    assert {one.code for one in queries.standings.departments(city.database.clock.at)} == {own, "qu", "unit"}
    page = queries.register.history("departments", deep.id, PageAsk())
    changed = [set(version.changes) for version in page.items[:3]]
    assert changed == [{"retired_at", "successor_id"}, set(), {"level"}]
    page = queries.register.history("departments", unit.id, PageAsk())
    (up,) = [version for version in page.items if "parent_id" in version.changes and version.version > 1]
    assert (up.changes["parent_id"], up.names) == ((None, district.id), {str(district.id): "qu"})


def test_ten_of_each_are_named(city: City) -> None:
    for number in range(12):
        city.order(f"2026-{number:06d}")
    with city.database.work() as uow:
        named = uow.departments.ties(city.department.id)["orders"]
    assert named == [f"2026-{number:06d}" for number in range(10)]


def test_where_it_may_use_something(city: City) -> None:
    for dimension, limit in ((Dimension.SERVERS, 3), (Dimension.VCPU, 0)):
        city.limit(limit, dimension)
    with city.database.work() as uow:
        assert uow.departments.limited(city.department.id) == [("sim", "egov", Dimension.SERVERS)]


def test_who_ends_it_waits_for_what_is_just_put_on_record_and_then_sees_it(city: City) -> None:
    settled, go = Event(), Event()

    def order() -> None:
        with city.database.work() as uow:
            assert uow.departments.settled(city.department.id).retired_at is None
            settled.set()
            assert go.wait(30)
            uow.orders.add(city.unsaved_order())

    def end() -> list[str]:
        with city.database.work() as uow:
            uow.departments.lock_tree(to_change=True)
            return list(uow.departments.ties(city.department.id)["orders"])

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(order)
        assert settled.wait(30)
        second = pool.submit(end)
        city.database.wait_for_a_waiter()
        assert not second.done()
        go.set()
        first.result(30)
        assert second.result(30) == ["2026-000001"]


def test_who_comes_after_its_end_sees_it_afresh(city: City) -> None:
    ended, asked = Event(), Event()

    def end() -> None:
        with city.database.work() as uow:
            uow.departments.lock_tree(to_change=True)
            uow.departments.get(city.department.id).retire(uow.now)
            uow.session.flush()
            ended.set()
            assert asked.wait(30)
            city.database.wait_for_a_waiter()

    def look() -> Department:
        with city.database.work() as uow:
            return uow.departments.settled(city.department.id)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(end)
        assert ended.wait(30)
        second = pool.submit(look)
        asked.set()
        first.result(30)
        assert second.result(30).retired_at == city.database.clock.now()
