"""What a district allots: never more than it has, whoever writes at the same time; and the tree that it rests on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Conflict, QuotaExceeded
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import departments, quotas
from cloudctl.ports.queries import PageAsk, Subtree
from cloudctl.ports.queries.capacities import QuotaSum
from tests.persistence.records import START, City, Database, Statements, account, system

WRITERS = 50
SERVERS = Dimension.SERVERS


class Tree:
    """A district with units, in the city's database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.district = self.unit("qu1", Level.DISTRICT)

    def unit(self, code: str, level: Level, above: Department | None = None) -> Department:
        made = Department(code=code, name=code.title(), level=level, created_at=START)
        made.stand_below(above)
        with self.database.work() as uow:
            uow.departments.add(made)
        return made

    def limit(self, unit: Department, limit: int) -> None:
        with self.database.work() as uow:
            uow.quotas.set_limit(unit.id, "sim", "egov", SERVERS, limit)

    def account(self, unit: Department) -> tuple[int, int, int]:
        """(limit, used, allotted)."""
        own = select(quotas).where(quotas.c.department_id == unit.id, quotas.c.dimension == SERVERS)
        row = self.database.all(own)[0]
        return row.limit, row.held + row.committed, row.allotted

    def limits_below(self, unit: Department) -> int:
        below = quotas.join(departments, departments.c.id == quotas.c.department_id)
        limits = select(func.sum(quotas.c.limit)).select_from(below).where(departments.c.parent_id == unit.id)
        return int(self.database.all(limits)[0][0] or 0)


@pytest.fixture
def tree(city: City, database: Database) -> Tree:
    return Tree(database)


def at_once(acts: list[Callable[[], None]]) -> list[str]:
    """How each of the acts ended, all started together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], None]) -> str:
        start.wait()
        try:
            act()
        except Conflict as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_fifty_writers_never_allot_more_than_there_is(tree: Tree) -> None:
    tree.limit(tree.district, 120)
    units = [tree.unit(f"zhen{number}", Level.TOWNSHIP, tree.district) for number in range(WRITERS)]
    ends = at_once([lambda unit=unit: tree.limit(unit, 7) for unit in units])  # type: ignore[misc]
    assert ends.count("done") == 120 // 7
    assert set(ends) == {"done", "QuotaExceeded"}
    assert tree.account(tree.district) == (120, 0, 7 * (120 // 7))
    assert tree.limits_below(tree.district) == tree.account(tree.district)[2]


def test_fifty_writers_raise_lower_use_and_cut_at_once(city: City, tree: Tree) -> None:
    """Allotting, the district's own orders and the city's cuts in one pot: the sum never passes the limit."""
    tree.limit(tree.district, 60)
    units = [tree.unit(f"zhen{number}", Level.TOWNSHIP, tree.district) for number in range(10)]
    for unit in units:
        tree.limit(unit, 3)
    orders = [city.order(f"2026-{number:06d}", department_id=tree.district.id) for number in range(10)]

    def use(number: int) -> None:
        with tree.database.work() as uow:
            uow.quotas.hold(orders[number], "sim", Demand({SERVERS: 2}))

    acts: list[Callable[[], None]] = []
    for number, unit in enumerate(units):
        acts += [
            lambda unit=unit, number=number: tree.limit(unit, 1 + number),  # type: ignore[misc]
            lambda unit=unit: tree.limit(unit, 9),  # type: ignore[misc]
            lambda number=number: use(number),  # type: ignore[misc]
            lambda number=number: tree.limit(tree.district, 45 + number),  # type: ignore[misc]
            lambda unit=unit: tree.limit(unit, 0),  # type: ignore[misc]
        ]
    ends = at_once(acts)
    assert len(acts) == WRITERS
    assert "done" in ends
    limit, used, allotted = tree.account(tree.district)
    assert allotted == tree.limits_below(tree.district) <= limit
    assert used + allotted <= max(limit, 60)


def test_a_limit_does_not_sink_below_what_was_allotted(tree: Tree) -> None:
    tree.limit(tree.district, 10)
    unit = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    tree.limit(unit, 8)
    with pytest.raises(Conflict) as refused:
        tree.limit(tree.district, 7)
    assert (refused.value.field, refused.value.params) == (
        "limit", {"covered": 8, "dimension": "servers", "limit": 7},
    )  # fmt: skip
    assert "Lower the units' quotas" in (refused.value.way_out or "")
    tree.limit(tree.district, 8)
    tree.limit(unit, 2)
    tree.limit(tree.district, 2)
    assert tree.account(tree.district) == (2, 0, 2)


def test_what_a_district_lacks_is_named(tree: Tree) -> None:
    unit = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    with pytest.raises(QuotaExceeded) as refused:
        tree.limit(unit, 1)
    told = refused.value.params
    assert (refused.value.field, told["left"], told["department"]) == ("limit", 0, "Qu1")
    assert tree.database.all(select(func.count()).select_from(quotas)) == [(0,)]
    tree.limit(unit, 0)
    tree.limit(tree.district, 5)
    with pytest.raises(QuotaExceeded, match="Qu1 has 5 servers of 5 left to allot, not 6"):
        tree.limit(unit, 6)
    assert (tree.account(unit), tree.account(tree.district)) == ((0, 0, 0), (5, 0, 0))


def test_a_village_lives_on_its_township_s_share(tree: Tree) -> None:
    tree.limit(tree.district, 10)
    township = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    village = tree.unit("cun1", Level.VILLAGE, township)
    tree.limit(township, 6)
    with pytest.raises(QuotaExceeded):
        tree.limit(village, 7)
    tree.limit(village, 4)
    assert [tree.account(unit) for unit in (tree.district, township, village)] == [(10, 0, 6), (6, 0, 4), (4, 0, 0)]
    with pytest.raises(Conflict):
        tree.limit(township, 3)


def test_what_was_allotted_cannot_be_used_by_the_district_itself(city: City, tree: Tree) -> None:
    tree.limit(tree.district, 3)
    tree.limit(tree.unit("zhen1", Level.TOWNSHIP, tree.district), 2)
    order = city.order(department_id=tree.district.id)
    with pytest.raises(QuotaExceeded) as refused, tree.database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({SERVERS: 2}))
    assert refused.value.params["left"] == 1


def test_a_unit_s_limit_does_not_sink_below_its_use(city: City, tree: Tree) -> None:
    """Else the district would allot again what is still in use below it."""
    tree.limit(tree.district, 5)
    unit = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    tree.limit(unit, 5)
    with tree.database.work() as uow:
        uow.quotas.hold(city.order(department_id=unit.id), "sim", Demand({SERVERS: 3}))
    with pytest.raises(Conflict) as refused:
        tree.limit(unit, 2)
    assert refused.value.field == "limit"
    tree.limit(unit, 3)
    assert tree.account(tree.district) == (5, 0, 3)


def test_a_bureau_s_centre_has_a_quota_of_its_own(tree: Tree) -> None:
    bureau = tree.unit("fgw", Level.CITY)
    centre = tree.unit("fgw-zx", Level.CITY, bureau)
    tree.limit(centre, 9)
    tree.limit(bureau, 1)
    assert (tree.account(bureau), tree.account(centre)) == ((1, 0, 0), (9, 0, 0))


def test_the_default_comes_out_of_the_district_s_share_too(city: City, tree: Tree) -> None:
    generous = Database(tree.database.engines, default_quota=4)
    tree.limit(tree.district, 6)
    units = [tree.unit(f"zhen{number}", Level.TOWNSHIP, tree.district) for number in range(2)]
    orders = [city.order(f"2026-00000{number}", department_id=unit.id) for number, unit in enumerate(units)]
    with generous.work() as uow:
        uow.quotas.hold(orders[0], "sim", Demand({SERVERS: 4}))
    with pytest.raises(QuotaExceeded), generous.work() as uow:
        uow.quotas.hold(orders[1], "sim", Demand({SERVERS: 1}))
    assert tree.account(tree.district) == (6, 0, 4)


def test_a_move_carries_the_subtree_and_what_it_was_allotted(tree: Tree) -> None:
    other = tree.unit("qu2", Level.DISTRICT)
    township = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    village = tree.unit("cun1", Level.VILLAGE, township)
    for unit, limit in ((tree.district, 10), (township, 6), (village, 2)):
        tree.limit(unit, limit)

    def move(to: Department) -> None:
        with tree.database.work() as uow:
            uow.departments.lock_tree(to_change=True)
            moving, upper = uow.departments.get(township.id), uow.departments.get(to.id)
            before, above = moving.path, uow.departments.get(moving.parent_id)
            moving.stand_below(upper)
            uow.departments.carry_along(moving, before)
            for touched in (above, upper):
                uow.quotas.recount(touched)

    with pytest.raises(Conflict) as refused:
        move(other)
    assert (refused.value.field, refused.value.params["asked"]) == ("parent_id", 6)
    assert path_of(tree, village) == f"/{tree.district.id.hex}/{township.id.hex}/{village.id.hex}/"
    tree.limit(other, 8)
    move(other)
    assert path_of(tree, village) == f"/{other.id.hex}/{township.id.hex}/{village.id.hex}/"
    assert path_of(tree, tree.district) == f"/{tree.district.id.hex}/"
    assert (tree.account(tree.district), tree.account(other)) == ((10, 0, 0), (8, 0, 6))


def path_of(tree: Tree, unit: Department) -> str:
    return str(tree.database.all(select(departments.c.path).where(departments.c.id == unit.id))[0][0])


def test_a_subtree_is_seen_in_one_statement(city: City, tree: Tree, queries: DatabaseQueries) -> None:
    township = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    village = tree.unit("cun1", Level.VILLAGE, township)
    other = tree.unit("qu2", Level.DISTRICT)
    with tree.database.work() as uow:
        for unit in (tree.district, township, village, other):
            uow.systems.add(system(unit.id, f"s-{unit.code}"))
            uow.accounts.add(account(f"a-{unit.code}", unit.id))

    def seen(noun: str, scope: Subtree | UUID, field: str) -> set[str]:
        with Statements(tree.database.engines) as sent:
            page = getattr(queries, noun).page(scope, {}, PageAsk())
        assert len(sent) == 1
        return {getattr(row, field) for row in page.items}

    district, lower = Subtree(tree.district.id), Subtree(township.id)
    assert seen("systems", district, "code") == {"s-qu1", "s-zhen1", "s-cun1"}
    assert seen("systems", lower, "code") == {"s-zhen1", "s-cun1"}
    assert seen("systems", tree.district.id, "code") == {"s-qu1"}
    assert seen("departments", district, "code") == {"qu1", "zhen1", "cun1"}
    assert seen("accounts", Subtree(other.id), "login") == {"a-qu2"}
    assert seen("prefixes", district, "id") == seen("notices", district, "id") == set()


def test_sums_count_what_was_allotted_once(city: City, tree: Tree, queries: DatabaseQueries) -> None:
    tree.limit(tree.district, 10)
    township = tree.unit("zhen1", Level.TOWNSHIP, tree.district)
    tree.limit(township, 6)
    city.limit(20)
    with tree.database.work() as uow:
        uow.quotas.hold(city.order(department_id=township.id), "sim", Demand({SERVERS: 2}))

    def sums(scope: Subtree | UUID | None) -> QuotaSum:
        with Statements(tree.database.engines) as sent:
            (found,) = queries.quota_sums(scope)
        assert len(sent) == 1
        return found

    whole, district, alone = sums(None), sums(Subtree(tree.district.id)), sums(township.id)
    assert (whole.departments, whole.limit, whole.held, whole.left) == (3, 30, 2, 28)
    assert (district.departments, district.limit, district.held, district.left) == (2, 10, 2, 8)
    assert (alone.departments, alone.limit, alone.committed, alone.left) == (1, 6, 0, 4)
    assert (whole.cloud, whole.zone, whole.dimension) == ("sim", "egov", SERVERS)
