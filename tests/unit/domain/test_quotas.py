from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Demand, Dimension, Entry, EntryKind, Quota

demands = st.dictionaries(st.sampled_from(Dimension), st.integers(-1000, 1000)).map(Demand)


@given(demands, demands)
def test_sums_keep_what_is_zero_or_less(one: Demand, other: Demand) -> None:
    total = one + other
    assert isinstance(total, Demand)
    assert all(total[dimension] == one[dimension] + other[dimension] for dimension in Dimension)


@given(demands)
def test_growth_and_shrinking_are_the_two_halves(demand: Demand) -> None:
    growth, shrinking = demand.growth(), demand.shrinking()
    assert all(amount > 0 for amount in growth.values())
    assert all(amount < 0 for amount in shrinking.values())
    assert not growth.keys() & shrinking.keys()
    both = growth + shrinking
    assert all(both[dimension] == demand[dimension] for dimension in Dimension)


def test_adding_leaves_the_parts_as_they_were() -> None:
    one = Demand({Dimension.VCPU: 1})
    assert (one + Demand({Dimension.VCPU: 2}))[Dimension.VCPU] == 3
    assert one[Dimension.VCPU] == 1


def test_what_is_left_may_be_negative_after_an_adoption() -> None:
    quota = Quota(department_id=new_id(), cloud="c", zone="z", dimension=Dimension.VCPU, limit=10, held=2, committed=12)
    assert quota.left == -4


def test_a_ledger_line_has_an_id_of_its_own() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one, other = (Entry(quota_id=new_id(), order_id=None, kind=EntryKind.HOLD, amount=1, at=at) for _ in range(2))
    assert one.id != other.id
