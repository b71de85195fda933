"""An order over two clouds: each step works on both, and what fails on one undoes both."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from cloudctl.domain.items import AddressItem, DiskAsk, ExtendItem, Item, NetworkItem, ReleaseItem, ServerItem
from cloudctl.domain.opinions import Verdict
from cloudctl.domain.orders import Order
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import acceptances, decisions, deliveries, opinions, orders, resources, workflows
from cloudctl.workflows.provision_order import FORWARD, PROVISION_ORDER
from tests.factories import Installed

CLOUDS = ("sim-1", "sim-2")
EMPTY = (0, 0)


@pytest.fixture
def two(city: Installed) -> Iterator[Installed]:
    """A department with quota on two clouds of its zone."""
    city.second()
    yield city
    city.simulated("sim-2").clear_faults()


def pair() -> list[Item]:
    """A server on each of two clouds, each with its segment, a disk and an address."""
    items: list[Item] = []
    for half in "ab":
        items += [
            NetworkItem(name=f"{half}-net", prefix_length=28, ipv6=True, term_months=6),
            ServerItem(
                name=half, specification="s2", image="openeuler", network=f"{half}-net", term_months=6,
                disks=(DiskAsk(size_gib=10),), anti_affinity="db",
            ),
            AddressItem(server=f"{half}-1", term_months=6),
        ]  # fmt: skip
    return items


def approved(city: Installed, items: list[Item]) -> Order:
    """With the opinions that two segments ask for."""
    order = city.signed(items)
    if order.ruling.specialists:
        order = acceptances.accept(city.ctx, city.people["reviewer"], order.id)
        for specialist in sorted(order.ruling.specialists):
            opinions.give(city.ctx, city.people[specialist], order.id, verdict=Verdict.AGREE)
    return order if order.state == "approved" else decisions.approve(city.ctx, city.people["office-admin"], order.id)


def carried_out(city: Installed, items: list[Item]) -> Order:
    order = approved(city, items)
    city.run()
    return city.order(order.id)


def delivered(city: Installed, items: list[Item]) -> Order:
    order = carried_out(city, items)
    assert order.state == "delivered", order.last_error
    return order


def taken(city: Installed) -> list[tuple[int, int]]:
    """(held, committed) servers on each cloud."""
    return [city.ledger(cloud=code)["servers"] for code in CLOUDS]


def objects(city: Installed, order: Order) -> list[int]:
    return [len(city.objects(order, code)) for code in CLOUDS]


def test_the_members_of_a_pair_are_held_and_queued_on_both_clouds(two: Installed) -> None:
    order = approved(two, pair())
    assert [(at.items, at.cloud) for at in order.placements] == [((0, 1, 2), "sim-1"), ((3, 4, 5), "sim-2")]
    assert (order.cloud, order.clouds, order.lane) == ("sim-1+sim-2", list(CLOUDS), "sim-1+sim-2")
    assert taken(two) == [(1, 0), (1, 0)]
    assert {(thing.name[0], thing.cloud) for thing in two.resources(order).values()} == {("a", "sim-1"), ("b", "sim-2")}


def test_they_are_built_and_handed_over_together(two: Installed) -> None:
    order = delivered(two, pair())
    assert objects(two, order) == [4, 4]
    for code in CLOUDS:
        assert set(two.objects(order, code).values()) == {1}
        assert two.ledger(cloud=code)["volume_gib"] == (0, 50)
    assert taken(two) == [(0, 1), (0, 1)]
    made = two.resources(order)
    assert {thing.state for thing in made.values()} == {"active"}
    assert all(made[f"{half}-1"].fixed_addresses for half in "ab")
    hanging = {item.key: item.status for code in CLOUDS for item in two.simulated(code).inventory()}
    assert {hanging[str(made[f"{half}-1-disk-1"].id)] for half in "ab"} == {"IN_USE"}


@pytest.mark.parametrize("broken", CLOUDS)
def test_what_fails_on_one_cloud_is_undone_on_both(two: Installed, broken: str) -> None:
    two.simulated(broken).inject(Fault(operation="servers.create", kind=FaultKind.NO_CAPACITY))
    order = carried_out(two, pair())
    assert (order.state, order.held) == ("failed", False)
    assert objects(two, order) == [0, 0]
    assert taken(two) == [EMPTY, EMPTY]
    assert {thing.state for thing in two.resources(order).values()} == {"undone"}


def test_a_parked_order_keeps_both_and_goes_on(two: Installed) -> None:
    two.simulated("sim-2").inject(Fault(operation="servers.create", kind=FaultKind.BUSY_409, times=None))
    order = carried_out(two, pair())
    assert (order.state, taken(two)) == ("attention", [(1, 0), (1, 0)])
    assert objects(two, order) == [3, 2], "the first cloud has its server, the second none"
    two.simulated("sim-2").clear_faults()
    workflows.retry(two.ctx, two.people["operator"], order.id, "the second cloud is well again")
    two.run()
    assert two.order(order.id).state == "delivered"
    assert objects(two, order) == [4, 4]


def test_undoing_goes_on_at_one_cloud_where_it_is_stuck_at_the_other(two: Installed) -> None:
    two.simulated("sim-2").inject(Fault(operation="servers.create", kind=FaultKind.NO_CAPACITY))
    two.simulated("sim-1").inject(Fault(operation="servers.delete", kind=FaultKind.BUSY_409, times=None))
    order = carried_out(two, pair())
    assert (order.state, order.held) == ("attention", True)
    assert taken(two) == [(1, 0), (1, 0)]
    two.simulated("sim-1").clear_faults()
    workflows.roll_back(two.ctx, two.people["operator"], order.id, "the first cloud is well again")
    two.run()
    assert two.order(order.id).state == "failed"
    assert (objects(two, order), taken(two)) == ([0, 0], [EMPTY, EMPTY])


def test_every_step_may_run_twice(two: Installed) -> None:
    order = approved(two, pair())
    steps = two.steps_of(PROVISION_ORDER)

    class Twice:
        def __getattr__(self, name: str) -> object:
            return lambda *ids: (getattr(steps, name)(*ids), getattr(steps, name)(*ids))[1]

    assert PROVISION_ORDER.body(Twice(), str(order.id))["outcome"] == "done"
    assert (objects(two, order), taken(two)) == ([4, 4], [(0, 1), (0, 1)])


@pytest.mark.parametrize("step", [step.__name__ for step in FORWARD])
def test_a_withdrawal_at_any_step_leaves_nothing_on_either_cloud(two: Installed, step: str) -> None:
    order = approved(two, pair())
    steps = two.steps_of(PROVISION_ORDER)
    original = getattr(steps, step)

    def first_withdrawn(*ids: str) -> object:
        orders.cancel(two.ctx, two.people["officer"], UUID(ids[0]), reason="stop")
        return original(*ids)

    setattr(steps, step, first_withdrawn)
    PROVISION_ORDER.body(steps, str(order.id))
    now = two.order(order.id)
    if now.state == "delivered":  # the last step looks no more
        assert step == "verify"
        return
    assert (now.state, objects(two, order), taken(two)) == ("cancelled", [0, 0], [EMPTY, EMPTY])


def test_changes_are_made_where_each_thing_stands_and_new_things_come_beside(two: Installed) -> None:
    made = two.resources(delivered(two, pair()))
    items: list[Item] = [
        ExtendItem(volume=made["a-1-disk-1"].id, size_gib=20),
        ExtendItem(volume=made["b-1-disk-1"].id, size_gib=30),
        AddressItem(server=str(made["b-1"].id), term_months=1),
    ]
    order = delivered(two, items)
    assert [at.cloud for at in order.placements] == ["sim-1", "sim-2", "sim-2"]
    assert [two.ledger(cloud=code)["volume_gib"] for code in CLOUDS] == [(0, 60), (0, 70)]
    assert [two.ledger(cloud=code)["addresses"] for code in CLOUDS] == [(0, 1), (0, 2)]


def test_a_release_over_both_is_purged_and_restored_where_it_stands(two: Installed) -> None:
    made = two.resources(delivered(two, pair()))
    delivered(two, [ReleaseItem(resource=made["a-1"].id), ReleaseItem(resource=made["b-1"].id)])
    resources.restore(two.ctx, two.people["officer"], made["a-1"].id)
    two.run()
    two.clock.move(days=15)
    resources.purge_due(two.ctx, deliveries.platform_request("purge"))
    two.run()
    assert (two.resource(made["a-1"].id).state, two.resource(made["b-1"].id).state) == ("active", "released")
    assert taken(two) == [(0, 1), (0, 0)]


def test_a_split_order_is_refused_where_one_cloud_is_full(two: Installed) -> None:
    """Before anything is held or built: the second cloud would be needed, and has no room."""
    before = taken(two)
    with pytest.raises(Exception, match="No cloud of the zone extranet has room"):
        two.submitted([
            NetworkItem(name="n", prefix_length=28, ipv6=True, term_months=1),
            ServerItem(name="x", specification="s2", image="openeuler", network="n", count=1, term_months=1,
                       disks=(DiskAsk(size_gib=200_000),)),
        ])  # fmt: skip
    assert taken(two) == before
