"""The ledger: its limit holds under any concurrency, and its sums are those of its lines."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select

from cloudctl.domain.errors import Conflict, QuotaExceeded
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension, EntryKind
from cloudctl.persistence.tables import orders, quota_entries, quotas
from tests.persistence.records import City, Database

ONE_SERVER = Demand({Dimension.SERVERS: 1})
RIVALS = 50


def sums(database: Database, dimension: Dimension = Dimension.SERVERS) -> tuple[int, int]:
    row = database.all(select(quotas.c.held, quotas.c.committed).where(quotas.c.dimension == dimension))
    return tuple(row[0])


def lines(database: Database) -> list[tuple[EntryKind, int]]:
    return [
        tuple(row)
        for row in database.all(select(quota_entries.c.kind, quota_entries.c.amount).order_by(quota_entries.c.id))
    ]


def test_hold_commit_free(city: City, database: Database) -> None:
    city.limit(3)
    order = city.order()
    with database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 2, Dimension.VCPU: -4}))
        assert uow.quotas.of(city.department.id, "sim", "egov")[Dimension.SERVERS].left == 1
    assert sums(database) == (2, 0)
    with database.work() as uow:
        uow.quotas.commit(order, "sim", ONE_SERVER)
        assert uow.quotas.used_by_cloud() == {("sim", Dimension.SERVERS): 2}
    assert sums(database) == (1, 1)
    with database.work() as uow:
        uow.quotas.release(order)
        uow.quotas.release(order)
    assert sums(database) == (0, 1)
    with database.work() as uow:
        uow.quotas.free(city.department.id, "sim", "egov", Demand({Dimension.SERVERS: -1}), order.id)
    assert sums(database) == (0, 0)
    assert lines(database) == [
        (EntryKind.HOLD, 2),
        (EntryKind.COMMIT, 1),
        (EntryKind.RELEASE_HOLD, 1),
        (EntryKind.FREE, 1),
    ]


def test_over_quota_names_dimension_and_figures_and_leaves_no_trace(city: City, database: Database) -> None:
    city.limit(3)
    city.limit(5, Dimension.VCPU)
    order = city.order()
    before = database.rows()
    with pytest.raises(QuotaExceeded) as refused, database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 4, Dimension.VCPU: 5}))
    assert (refused.value.field, refused.value.params) == (
        "items",
        {"dimension": "servers", "asked": 4, "left": 3, "limit": 3},
    )
    assert "ask the office" in (refused.value.way_out or "")
    assert database.rows() == before
    assert (sums(database), sums(database, Dimension.VCPU)) == ((0, 0), (0, 0))


def test_without_an_account_the_default_is_the_limit(city: City, database: Database) -> None:
    order = city.order()
    with pytest.raises(QuotaExceeded) as refused, database.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
    assert refused.value.params == {"dimension": "servers", "asked": 1, "left": 0, "limit": 0}
    generous = Database(database.engines, default_quota=2)
    with generous.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
        uow.quotas.hold(order, "sim", ONE_SERVER)
    with pytest.raises(QuotaExceeded), generous.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
    assert sums(database) == (2, 0)


def test_a_limit_may_sink_below_what_is_used(city: City, database: Database) -> None:
    city.limit(2)
    order = city.order()
    with database.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
        quota = uow.quotas.set_limit(city.department.id, "sim", "egov", Dimension.SERVERS, 0)
        assert (quota.held, quota.limit, quota.left, quota.version) == (1, 0, -1, 2)
    with pytest.raises(QuotaExceeded), database.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)


def test_nothing_is_committed_or_freed_twice(city: City, database: Database) -> None:
    city.limit(2)
    order, other = city.order("2026-000001"), city.order("2026-000002")
    with database.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
        uow.quotas.hold(other, "sim", ONE_SERVER)
        uow.quotas.commit(order, "sim", ONE_SERVER)
    with pytest.raises(Conflict, match="holds 0 servers, not 1"), database.work() as uow:
        uow.quotas.commit(order, "sim", ONE_SERVER)
    with pytest.raises(Conflict, match="Less than 2 servers"), database.work() as uow:
        uow.quotas.free(city.department.id, "sim", "egov", Demand({Dimension.SERVERS: 2}), None)
    assert sums(database) == (1, 1)


def test_adoption_passes_the_limit_and_then_only_growth_is_refused(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.quotas.adopt(city.department.id, "sim", "egov", Demand({Dimension.SERVERS: 5}))
    city.limit(3)
    order = city.order()
    with pytest.raises(QuotaExceeded), database.work() as uow:
        uow.quotas.hold(order, "sim", ONE_SERVER)
    with database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: -1}))
    assert (sums(database), lines(database)) == ((0, 5), [(EntryKind.ADOPT, 5)])


def test_fifty_submissions_of_the_last_unit_hold_once(city: City, database: Database) -> None:
    city.limit(1)
    start = Barrier(RIVALS)

    def submit(number: int) -> str:
        order = city.unsaved_order(f"2026-{number:06d}")
        start.wait()
        try:
            with database.work() as uow:
                uow.orders.add(order)
                uow.quotas.hold(order, "sim", ONE_SERVER)
                uow.audit("create/order", "order", order.id)
        except QuotaExceeded as error:
            return str(error)
        return "held"

    with ThreadPoolExecutor(RIVALS) as pool:
        ends = list(pool.map(submit, range(RIVALS)))
    assert ends.count("held") == 1
    assert set(ends) == {"held", "The quota leaves 0 servers of 1; the order asks for 1."}
    assert sums(database) == (1, 0)
    assert lines(database) == [(EntryKind.HOLD, 1)]
    assert database.all(select(func.count()).select_from(orders)) == [(1,)]


def test_rivals_in_several_dimensions_never_wait_in_a_circle(city: City, database: Database) -> None:
    both = (Dimension.VCPU, Dimension.SERVERS)
    for dimension in both:
        city.limit(20, dimension)
    made = [city.order(f"2026-{number:06d}") for number in range(20)]

    def book(order: Order) -> None:
        backwards = order.number.endswith(("1", "3", "5"))
        with database.work() as uow:
            uow.quotas.hold(order, "sim", Demand(dict.fromkeys(reversed(both) if backwards else both, 1)))
        with database.work() as uow:
            uow.quotas.release(order) if backwards else uow.quotas.commit(order, "sim", ONE_SERVER)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(book, made))
    assert (sums(database), sums(database, Dimension.VCPU)) == ((0, 14), (14, 0))


def test_releasing_twice_at_once_gives_back_once(city: City, database: Database) -> None:
    city.limit(10)
    order, other = city.order("2026-000001"), city.order("2026-000002")
    with database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 3}))
        uow.quotas.hold(other, "sim", Demand({Dimension.SERVERS: 4}))

    def release() -> None:
        with database.work() as uow:
            uow.quotas.release(order)

    with ThreadPoolExecutor(1) as pool:
        with database.work() as uow:
            uow.quotas.release(order)
            second = pool.submit(release)
            database.wait_for_a_waiter()
        second.result(30)
    assert sums(database) == (4, 0)


@pytest.mark.parametrize("seed", range(4))
def test_sums_are_those_of_the_lines_whatever_is_booked(city: City, database: Database, seed: int) -> None:
    chance = random.Random(seed)
    for dimension in Dimension:
        city.limit(30, dimension)
    made = [city.order(f"2026-{number:06d}") for number in range(4)]
    department = city.department.id
    for _ in range(60):
        order = chance.choice(made)
        amounts = Demand({dimension: chance.randint(-3, 12) for dimension in chance.sample(list(Dimension), 2)})
        try:
            with database.work() as uow:
                match chance.choice(["hold", "hold", "commit", "release", "free", "adopt"]):
                    case "hold":
                        uow.quotas.hold(order, "sim", amounts)
                    case "commit":
                        uow.quotas.commit(order, "sim", amounts)
                    case "release":
                        uow.quotas.release(order)
                    case "free":
                        uow.quotas.free(department, "sim", "egov", amounts, order.id)
                    case "adopt":
                        uow.quotas.adopt(department, "sim", "egov", amounts)
        except Conflict:
            continue
    booked = {row.id: (row.held, row.committed) for row in database.all(select(quotas))}
    assert booked == recounted(database)
    assert any(held or committed for held, committed in booked.values())


def recounted(database: Database) -> dict[UUID, tuple[int, int]]:
    """(held, committed) by account, from the lines alone."""
    effect = {
        EntryKind.HOLD: (1, 0),
        EntryKind.RELEASE_HOLD: (-1, 0),
        EntryKind.COMMIT: (-1, 1),
        EntryKind.FREE: (0, -1),
        EntryKind.ADOPT: (0, 1),
        EntryKind.HAND_OVER: (0, -1),
        EntryKind.TAKE_OVER: (0, 1),
    }
    totals = {row.id: (0, 0) for row in database.all(select(quotas.c.id))}
    for line in database.all(select(quota_entries)):
        held, committed = totals[line.quota_id]
        on_held, on_committed = effect[line.kind]
        totals[line.quota_id] = (held + on_held * line.amount, committed + on_committed * line.amount)
    return totals


def test_each_cloud_has_its_own_account_of_an_order(city: City, database: Database) -> None:
    limited(city, {"a": 2, "b": 3})
    order = city.order()
    with database.work() as uow:
        uow.quotas.hold(order, "a", ONE_SERVER)
        uow.quotas.hold(order, "b", Demand({Dimension.SERVERS: 3}))
    assert by_cloud(database) == {"a": (1, 0), "b": (3, 0)}
    with pytest.raises(QuotaExceeded), database.work() as uow:
        uow.quotas.hold(city.order("2026-000002"), "b", ONE_SERVER)
    with pytest.raises(Conflict, match="holds 1 servers, not 2"), database.work() as uow:
        uow.quotas.commit(order, "a", Demand({Dimension.SERVERS: 2}))
    with database.work() as uow:
        uow.quotas.commit(order, "b", Demand({Dimension.SERVERS: 2}))
        assert uow.quotas.used_by_cloud() == {("a", Dimension.SERVERS): 1, ("b", Dimension.SERVERS): 3}
    assert by_cloud(database) == {"a": (1, 0), "b": (1, 2)}
    with database.work() as uow:
        uow.quotas.release(order)
        uow.quotas.release(order)
    assert by_cloud(database) == {"a": (0, 0), "b": (0, 2)}


def test_orders_over_several_clouds_never_wait_for_each_other_in_a_circle(city: City, database: Database) -> None:
    """Half of them let go while the other half hold: whoever comes second waits, nobody for ever."""
    limited(city, {"a": 1000, "b": 1000})
    old = [city.order(f"2026-{number:06d}") for number in range(10)]
    new = [city.order(f"2026-{number:06d}") for number in range(10, 20)]
    with database.work() as uow:
        for order in old:
            for code in "ab":
                uow.quotas.hold(order, code, ONE_SERVER)
    start = Barrier(20)

    def rival(number: int) -> None:
        start.wait()
        with database.work() as uow:
            if number < 10:
                uow.quotas.release(old[number])
                return
            for code in "ab":
                uow.quotas.hold(new[number - 10], code, ONE_SERVER)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(rival, range(20)))
    assert by_cloud(database) == {"a": (10, 0), "b": (10, 0)}


def limited(city: City, limits: dict[str, int]) -> None:
    with city.database.work() as uow:
        for code, limit in limits.items():
            uow.quotas.set_limit(city.department.id, code, "egov", Dimension.SERVERS, limit)


def by_cloud(database: Database) -> dict[str, tuple[int, int]]:
    rows = database.all(select(quotas.c.cloud, quotas.c.held, quotas.c.committed))
    return {row.cloud: (row.held, row.committed) for row in rows}
