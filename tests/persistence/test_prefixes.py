"""The address plan: what is cut never overlaps, and comes back after its cool-down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from cloudctl.domain.addresses import Prefix, Supernet
from cloudctl.domain.errors import Conflict, Invalid, PoolExhausted
from cloudctl.persistence.tables import prefixes, supernets
from tests.persistence.records import START, City, Database

RIVALS = 50


def reserve(database: Database, order_id: UUID, length: int = 24, **fields: Any) -> Prefix:
    ask: dict[str, Any] = {"zone": "egov", "length": length, "version": 4, "network_id": uuid4(), "order_id": order_id}
    with database.work() as uow:
        return uow.prefixes.reserve(**(ask | {"now": uow.now} | fields))


def exactly(database: Database, order_id: UUID, cidr: str) -> Prefix:
    with database.work() as uow:
        return uow.prefixes.reserve_exactly(zone="egov", cidr=cidr, network_id=uuid4(), order_id=order_id, now=uow.now)


def test_first_free_prefixes_in_turn(city: City, database: Database) -> None:
    order = city.order()
    made = [reserve(database, order.id, length) for length in (24, 26, 24, 26)]
    assert [p.cidr for p in made] == ["10.8.0.0/24", "10.8.1.0/26", "10.8.2.0/24", "10.8.1.64/26"]
    with database.work() as uow:
        assert [p.id for p in uow.prefixes.of_order(order.id)] == [p.id for p in made]
        assert [p.cidr for p in uow.prefixes.of_network(made[1].network_id)] == ["10.8.1.0/26"]
        assert [s.cidr for s in uow.prefixes.supernets("egov")] == ["10.8.0.0/16"]


def test_version_6_comes_from_a_block_of_version_6(city: City, database: Database) -> None:
    order = city.order()
    with pytest.raises(PoolExhausted) as refused:
        reserve(database, order.id, 64, version=6)
    assert refused.value.field == "items"
    with database.work() as uow:
        uow.prefixes.add_supernet(Supernet(zone="egov", cidr="2001:db8::/48"))
    assert reserve(database, order.id, 64, version=6).cidr == "2001:db8::/64"


def test_exhausted_then_next_block(city: City, database: Database) -> None:
    order = city.order()
    assert reserve(database, order.id, 16).cidr == "10.8.0.0/16"
    with pytest.raises(PoolExhausted, match="egov has no free IPv4 prefix of length 24"):
        reserve(database, order.id)
    with database.work() as uow:
        uow.prefixes.add_supernet(Supernet(zone="egov", cidr="10.9.0.0/24"))
    assert reserve(database, order.id).cidr == "10.9.0.0/24"


def test_exact_prefixes(city: City, database: Database) -> None:
    order = city.order()
    assert exactly(database, order.id, "10.8.7.0/24").state == "reserved"
    with pytest.raises(Conflict, match=r"10.8.7.0/25 overlaps 10.8.7.0/24") as taken:
        exactly(database, order.id, "10.8.7.0/25")
    with pytest.raises(Invalid, match="no supernet of the zone egov") as outside:
        exactly(database, order.id, "10.9.0.0/24")
    with pytest.raises(Invalid):
        exactly(database, order.id, "10.0.0.0/8")
    assert (taken.value.field, outside.value.field) == ("cidr", "cidr")


def test_supernets_are_disjoint_over_all_zones(city: City, database: Database) -> None:
    with pytest.raises(Conflict, match=r"10.8.128.0/17 overlaps 10.8.0.0/16"), database.work() as uow:
        uow.prefixes.add_supernet(Supernet(zone="dmz", cidr="10.8.128.0/17"))

    def add() -> None:
        with database.work() as uow:
            uow.prefixes.add_supernet(Supernet(zone="dmz", cidr="10.20.1.0/24"))

    with ThreadPoolExecutor(1) as pool:
        with database.work() as uow:
            uow.prefixes.add_supernet(Supernet(zone="egov", cidr="10.20.0.0/16"))
            second = pool.submit(add)
            database.wait_for_a_waiter()
        with pytest.raises(Conflict, match="overlaps"):
            second.result(30)
    overlaps_none([row.cidr for row in database.all(select(supernets.c.cidr))])


def test_given_back_is_free_at_once_and_retired_after_its_cool_down(city: City, database: Database) -> None:
    order = city.order()
    first, second = reserve(database, order.id), reserve(database, order.id)
    with database.work() as uow:
        (one,), (two,) = uow.prefixes.of_network(first.network_id), uow.prefixes.of_network(second.network_id)
        one.advance("give_back")
        two.advance("assign")
        two.advance("retire")
        two.cooling_until = START + timedelta(days=7)
    assert [reserve(database, order.id).cidr for _ in range(2)] == ["10.8.0.0/24", "10.8.2.0/24"]
    database.clock.sleep(timedelta(days=7).total_seconds())
    assert reserve(database, order.id).cidr == "10.8.1.0/24"
    with database.work() as uow:
        assert uow.prefixes.of_network(second.network_id) == []
        assert first.id not in [p.id for p in uow.prefixes.of_order(order.id)]
    states = select(prefixes.c.state).where(prefixes.c.network_id.in_([first.network_id, second.network_id]))
    assert database.all(states) == [("free",), ("free",)]


def test_fifty_at_once_never_overlap(city: City, database: Database) -> None:
    order = city.order()
    start = Barrier(RIVALS)

    def cut(number: int) -> str:
        start.wait()
        return reserve(database, order.id, 24 + number % 3).cidr

    with ThreadPoolExecutor(RIVALS) as pool:
        cut_off = list(pool.map(cut, range(RIVALS)))
    assert len(set(cut_off)) == RIVALS
    overlaps_none(cut_off)
    assert sorted(cut_off) == sorted(row.cidr for row in database.all(select(prefixes.c.cidr)))


def overlaps_none(cidrs: list[str]) -> None:
    blocks = sorted((ip_network(cidr) for cidr in cidrs), key=lambda block: int(block.network_address))
    assert all(not left.overlaps(right) for left, right in pairwise(blocks))


def test_fifty_at_once_never_get_one_vlan_twice(city: City, database: Database) -> None:
    order = city.order()
    cut_off = [reserve(database, order.id) for _ in range(RIVALS)]
    start = Barrier(RIVALS)

    def take(made: Prefix) -> int | None:
        start.wait()
        with database.work() as uow:
            uow.clouds.lock("sim")
            (prefix,) = uow.prefixes.of_network(made.network_id)
            uow.prefixes.take_vlan(prefix, cloud="sim", first=100, last=100 + RIVALS - 1)
            return prefix.vlan

    with ThreadPoolExecutor(RIVALS) as pool:
        assert sorted(pool.map(take, cut_off), key=int) == list(range(100, 100 + RIVALS))
    with (
        pytest.raises(PoolExhausted, match=f"No VLAN from 100 to {99 + RIVALS} is free on sim"),
        database.work() as uow,
    ):
        uow.prefixes.take_vlan(reserve(database, order.id), cloud="sim", first=100, last=99 + RIVALS)


def test_a_vlan_is_one_network_s_on_a_cloud_and_free_with_its_prefix(city: City, database: Database) -> None:
    order = city.order()
    first, second = reserve(database, order.id), reserve(database, order.id)

    def take(made: Prefix, cloud: str) -> None:
        with database.work() as uow:
            (prefix,) = uow.prefixes.of_network(made.network_id)
            prefix.cloud, prefix.vlan = cloud, 7

    take(first, "sim")
    with pytest.raises(Conflict):
        take(second, "sim")
    take(second, "another")
    with database.work() as uow:
        uow.prefixes.of_network(first.network_id)[0].advance("give_back")
    take(second, "sim")
