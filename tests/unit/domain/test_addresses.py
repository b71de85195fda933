from __future__ import annotations

from ipaddress import IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.addresses import Supernet, carve, overlapping
from cloudctl.domain.errors import Refused
from cloudctl.domain.identifiers import new_id
from tests.unit.domain.making import prefix

BLOCK = ip_network("10.8.0.0/20")


def blocks(lengths: list[tuple[int, int]]) -> list[IPv4Network]:
    """Blocks inside BLOCK (length, place), each aligned; they may overlap."""
    return [list(BLOCK.subnets(new_prefix=length))[place % (1 << (length - 20))] for length, place in lengths]  # type: ignore[misc]


some_blocks = st.lists(st.tuples(st.integers(20, 28), st.integers(0, 255)), max_size=12).map(blocks)


@given(taken=some_blocks, length=st.integers(20, 28))
def test_it_is_the_first_free_one_or_none_is_free(taken: list[IPv4Network], length: int) -> None:
    free = [net for net in BLOCK.subnets(new_prefix=length) if not any(net.overlaps(other) for other in taken)]
    assert carve(BLOCK, taken, length) == (free[0] if free else None)


@given(lengths=st.lists(st.integers(22, 30), max_size=60))
def test_what_is_cut_one_after_the_other_never_overlaps(lengths: list[int]) -> None:
    cut: list[IPv4Network] = []
    for length in lengths:
        made = carve(BLOCK, cut, length)
        if made is None:
            break
        assert made.subnet_of(BLOCK)
        assert not any(made.overlaps(other) for other in cut)
        cut.append(made)  # type: ignore[arg-type]


@given(lengths=st.lists(st.integers(21, 26), min_size=1, max_size=20))
def test_what_is_given_back_can_be_cut_again(lengths: list[int]) -> None:
    cut = []
    for length in lengths:
        made = carve(BLOCK, cut, length)
        if made is None:
            break
        cut.append(made)
    back = cut.pop(0)
    assert carve(BLOCK, cut, back.prefixlen) == back


@pytest.mark.parametrize(
    ("supernet", "length"), [("10.8.0.0/24", 23), ("10.8.0.0/24", 33), ("fd00::/48", 129), ("fd00::/64", 48)]
)
def test_a_length_that_does_not_fit_is_none(supernet: str, length: int) -> None:
    assert carve(ip_network(supernet), [], length) is None


def test_ipv6_of_a_large_block_costs_no_walk_over_candidates() -> None:
    taken = list(ip_network("fd00:8::/56").subnets(new_prefix=64))
    assert str(carve(ip_network("fd00:8::/32"), taken, 64)) == "fd00:8:0:100::/64"


def test_the_whole_block_can_be_cut_once() -> None:
    whole = ip_network("10.8.0.0/24")
    assert carve(whole, [], 24) == whole
    assert carve(whole, [whole], 24) is None
    assert carve(whole, [whole], 32) is None


def test_blocks_of_the_other_version_are_no_obstacle() -> None:
    assert carve(ip_network("10.8.0.0/24"), [ip_network("::/0")], 24) == ip_network("10.8.0.0/24")
    assert overlapping(ip_network("10.8.0.0/24"), [ip_network("::/0")]) is None


def test_overlapping_answers_the_block_that_is_in_the_way() -> None:
    taken = [ip_network("10.9.0.0/16"), ip_network("10.8.0.0/16")]
    assert overlapping(ip_network("10.8.3.0/24"), taken) == taken[1]
    assert overlapping(ip_network("10.0.0.0/8"), taken) == taken[0]
    assert overlapping(ip_network("10.7.0.0/16"), taken) is None


def test_a_supernet_is_its_network() -> None:
    assert Supernet(zone="extranet", cidr="fd00:8::/48").network == ip_network("fd00:8::/48")


def test_a_prefix_cools_down_only_after_it_was_in_use() -> None:
    cut = prefix(network_id=new_id())
    with pytest.raises(Refused):
        cut.advance("retire")
    for event, state in (("assign", "assigned"), ("retire", "cooling"), ("cool", "free")):
        cut.advance(event)
        assert cut.state == state
