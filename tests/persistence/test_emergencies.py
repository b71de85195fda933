"""What is kept free stays free under concurrency; a transfer's quota moves whole or not at all. On both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest

from cloudctl.domain.departments import Department
from cloudctl.domain.emergencies import Emergency
from cloudctl.domain.errors import Conflict, NotFound, PoolExhausted, QuotaExceeded
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.placements import Placement
from cloudctl.domain.plans import Plan
from cloudctl.domain.policies import Ruling
from cloudctl.domain.quotas import Demand, Dimension, EntryKind
from cloudctl.domain.transfers import Transfer
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk
from cloudctl.services import evaluations
from tests.persistence.records import City, Database, department, system
from tests.persistence.test_quotas import lines, recounted

RIVALS = 20
ROOM, KEPT = 50, 45
SERVERS = Dimension.SERVERS


def reserved(city: City) -> None:
    """Of the cloud's fifty servers forty-five are kept free for emergencies."""
    with city.database.work() as uow:
        uow.clouds.lock("sim").reserves = {"egov": {SERVERS: KEPT}}


def held(city: City, order: Order) -> str:
    """What becomes of an order of one server that is held as the use cases do."""
    found = SimpleNamespace(
        plan=Plan(), ruling=Ruling(), placements=[Placement(items=(0,), cloud="sim")],
        growth={"sim": Demand({SERVERS: 1})},
    )  # fmt: skip
    try:
        with city.database.work() as uow:
            uow.orders.add(order)
            evaluations.hold(uow, order, found)  # type: ignore[arg-type]
    except PoolExhausted as error:
        return str(error)
    return "held"


def test_ordinary_orders_never_take_what_is_kept_free(city: City, database: Database) -> None:
    city.limit(1000)
    reserved(city)
    start = Barrier(RIVALS)

    def submit(number: int) -> str:
        order = city.unsaved_order(f"2026-{number:06d}")
        start.wait()
        return held(city, order)

    with ThreadPoolExecutor(RIVALS) as pool:
        ends = list(pool.map(submit, range(RIVALS)))
    assert ends.count("held") == ROOM - KEPT
    assert set(ends) == {"held", "No cloud of the zone egov has room: 1 servers short."}
    with database.work() as uow:
        assert uow.quotas.used_by_cloud() == {("sim", SERVERS): ROOM - KEPT}
    assert held(city, city.unsaved_order("2026-000100", emergency=True)) == "held"
    assert held(city, city.unsaved_order("2026-000101")) != "held"


def test_an_emergency_of_another_zone_leaves_it_too(city: City) -> None:
    city.limit(1000)
    with city.database.work() as uow:
        uow.clouds.lock("sim").reserves = {"dmz": {SERVERS: ROOM}}
    assert held(city, city.unsaved_order(emergency=True)) != "held"


@pytest.fixture
def other(city: City, database: Database) -> Department:
    """A second department, with a system."""
    made = department("finance")
    with database.work() as uow:
        uow.departments.add(made)
        uow.systems.add(system(made.id, "budget"))
    return made


def test_quota_moves_whole_or_not_at_all(city: City, other: Department, database: Database) -> None:
    amounts = Demand({SERVERS: 2, Dimension.VCPU: 8})
    with database.work() as uow:
        uow.quotas.adopt(city.department.id, "sim", "egov", amounts)
        for dimension, limit in ((SERVERS, 5), (Dimension.VCPU, 7)):
            uow.quotas.set_limit(other.id, "sim", "egov", dimension, limit)
    with pytest.raises(QuotaExceeded) as caught, database.work() as uow:
        uow.quotas.move(city.department.id, other.id, "sim", "egov", amounts)
    assert caught.value.params["dimension"] in {"vcpu", "servers"}
    assert {kind for kind, _ in lines(database)} == {EntryKind.ADOPT}
    with database.work() as uow:
        uow.quotas.set_limit(other.id, "sim", "egov", Dimension.VCPU, 8)
        uow.quotas.move(city.department.id, other.id, "sim", "egov", amounts)
    with database.work() as uow:
        giver, taker = (uow.quotas.of(key, "sim", "egov") for key in (city.department.id, other.id))
        assert {quota.committed for quota in giver.values()} == {0}
        assert (taker[SERVERS].committed, taker[Dimension.VCPU].committed) == (2, 8)
        booked = {quota.id: (quota.held, quota.committed) for quota in (*giver.values(), *taker.values())}
    assert recounted(database) == booked
    with pytest.raises(Conflict, match="Less than 1 servers"), database.work() as uow:
        uow.quotas.move(city.department.id, other.id, "sim", "egov", Demand({SERVERS: 1}))


def test_transfers_in_both_directions_never_wait_in_a_circle(city: City, other: Department, database: Database) -> None:
    both = Demand({SERVERS: 1, Dimension.VCPU: 2})
    pair = (city.department.id, other.id)
    with database.work() as uow:
        for key in pair:
            uow.quotas.adopt(key, "sim", "egov", Demand({SERVERS: 30, Dimension.VCPU: 60}))
            for dimension in (SERVERS, Dimension.VCPU):
                uow.quotas.set_limit(key, "sim", "egov", dimension, 1000)

    def move(number: int) -> None:
        giver, taker = pair if number % 2 else pair[::-1]
        with database.work() as uow:
            uow.quotas.move(giver, taker, "sim", "egov", both)

    with ThreadPoolExecutor(RIVALS) as pool:
        list(pool.map(move, range(RIVALS)))
    with database.work() as uow:
        assert [uow.quotas.of(key, "sim", "egov")[SERVERS].committed for key in pair] == [30, 30]


def test_an_emergency_comes_back_as_it_was_and_falls_due(
    city: City, database: Database, queries: DatabaseQueries
) -> None:
    order, now = city.order(emergency=True), database.clock.now()
    with database.work() as uow:
        numbers = [uow.emergencies.next_number(2026) for _ in range(2)]
        made = Emergency(
            number=numbers[1], order_id=order.id, department_id=city.department.id, approver="王海",
            approved_at=now, noted_by=city.officer.id, note="台风", due_at=now + timedelta(days=7), created_at=now,
        )  # fmt: skip
        uow.emergencies.add(made)
    assert numbers == ["YJ2026-0001", "YJ2026-0002"]
    with database.work() as uow:
        kept = uow.emergencies.lock(made.id)
        assert (kept.approver, kept.due_at, kept.late) == ("王海", now + timedelta(days=7), False)
        assert uow.orders.get(order.id).emergency
        assert uow.emergencies.overdue(now + timedelta(days=7, seconds=-1)) == []
        assert [one.id for one in uow.emergencies.overdue(now + timedelta(days=7))] == [made.id]
    (row,) = queries.emergencies.page(city.department.id, {"late": "false"}, PageAsk()).items
    assert (row.number, row.order, row.state) == ("YJ2026-0002", order.number, "open")  # type: ignore[attr-defined]
    again = Emergency(
        number="YJ2026-0009", order_id=order.id, department_id=city.department.id, approver="x",
        approved_at=now, noted_by=city.officer.id, note="x", due_at=now, created_at=now,
    )  # fmt: skip
    with pytest.raises(Conflict), database.work() as uow:
        uow.emergencies.add(again)


def test_a_transfer_is_listed_for_both_departments(
    city: City, other: Department, database: Database, queries: DatabaseQueries
) -> None:
    now, keys = database.clock.now(), [new_id(), new_id()]
    with database.work() as uow:
        made = Transfer(
            number=uow.transfers.next_number(2026), from_department_id=city.department.id, to_department_id=other.id,
            to_system_id=uow.systems.by_code("budget").id, resources=keys, reason="划转",
            asked_by=city.officer.id, created_at=now,
        )  # fmt: skip
        uow.transfers.add(made)
    with database.work() as uow:
        assert uow.transfers.lock(made.id).resources == keys
    for scope in (city.department.id, other.id, None):
        (row,) = queries.transfers.page(scope, {"state": "asked"}, PageAsk()).items
        assert (row.number, row.taker, row.system) == ("HZ2026-0001", other.name, "budget")  # type: ignore[attr-defined]
    assert queries.transfers.page(new_id(), {}, PageAsk()).items == []


def test_what_stands_in_a_project_of_another_is_found(city: City, database: Database) -> None:
    network = Network(
        id=new_id(), order_id=None, item=0, department_id=city.department.id, system_id=None, cloud="sim", zone="egov",
        name="n", state="active", tenant="p-1", protected=True, cidr_v4="10.8.0.0/24", created_at=database.clock.now(),
    )  # fmt: skip
    with database.work() as uow:
        uow.resources.add(network)
    with database.work() as uow:
        (guest,) = uow.resources.guests("p-1")
        assert (guest.id, guest.protected, guest.gone_at) == (network.id, True, None)
        assert uow.resources.guests("p-2") == []
        with pytest.raises(NotFound):
            uow.clouds.lock("nowhere")
