from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from cloudctl.domain.savings import Asked, Returned, Served
from cloudctl.governance.savings.returns import served

START = datetime(2026, 10, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def gone(hours: int, vcpu: int, cloud: str = "a", name: str = "vm") -> Returned:
    return Returned(name=name, cloud=cloud, vcpu=vcpu, at=at(hours))


def got(hours: int, vcpu: int, number: str = "1", cloud: str = "a") -> Asked:
    return Asked(number=number, cloud=cloud, vcpu=vcpu, at=at(hours))


def test_the_next_orders_on_the_same_cloud_are_served_until_it_is_used_up() -> None:
    found = served([gone(1, 8)], [got(2, 3, "1"), got(3, 9, "2"), got(4, 1, "3")])
    assert [(one.number, one.vcpu) for one in found] == [("1", 3), ("2", 5)]


def test_nothing_serves_an_order_before_it_is_returned_or_on_another_cloud() -> None:
    assert served([gone(5, 8)], [got(4, 2)]) == []
    assert served([gone(1, 8, "b")], [got(4, 2)]) == []


def test_an_order_with_several_servers_is_one_line() -> None:
    found = served([gone(1, 4), gone(2, 4, name="other")], [got(3, 2), got(3, 4), got(3, 4)])
    assert found == [Served(number="1", cloud="a", vcpu=8, at=at(3))]


EVENTS = some.lists(some.tuples(some.integers(0, 50), some.integers(1, 16), some.sampled_from("ab")), max_size=20)


@given(back=EVENTS, asked=EVENTS, seed=some.randoms())
def test_no_more_is_served_than_came_back_and_any_order_of_rows_tells_the_same(
    back: list[tuple[int, int, str]], asked: list[tuple[int, int, str]], seed: object
) -> None:
    returned = [gone(hours, vcpu, cloud, f"vm-{place}") for place, (hours, vcpu, cloud) in enumerate(back)]
    orders = [got(hours, vcpu, f"{place:02}", cloud) for place, (hours, vcpu, cloud) in enumerate(asked)]
    found = served(returned, orders)
    for cloud in "ab":
        assert sum(one.vcpu for one in found if one.cloud == cloud) <= sum(v for _, v, c in back if c == cloud)
    wanted = {one.number: one.vcpu for one in orders}
    assert all(0 < one.vcpu <= wanted[one.number] for one in found)
    seed.shuffle(returned)  # type: ignore[attr-defined]
    seed.shuffle(orders)  # type: ignore[attr-defined]
    assert served(returned, orders) == found
