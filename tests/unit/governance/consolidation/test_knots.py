from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloudctl.governance.consolidation.knots import knots


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    nodes = draw(st.integers(0, 12))
    if not nodes:
        return []
    edges = draw(st.sets(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=30))
    return [sorted(to for at, to in edges if at == node) for node in range(nodes)]


def reached(needs: list[list[int]], start: int) -> set[int]:
    """All that a node needs, by way of others too; the plainest way to find it."""
    found = {start}
    while more := {to for at in found for to in needs[at]} - found:
        found |= more
    return found


@given(graphs())
def test_a_knot_is_what_reaches_each_other_and_what_is_needed_comes_first(needs: list[list[int]]) -> None:
    parts = knots(needs)
    assert sorted(node for part in parts for node in part) == list(range(len(needs)))
    home = {node: at for at, part in enumerate(parts) for node in part}
    reach = [reached(needs, node) for node in range(len(needs))]
    for one in range(len(needs)):
        for other in range(len(needs)):
            assert (home[one] == home[other]) == (other in reach[one] and one in reach[other])
    for node, wanted in enumerate(needs):
        assert all(home[needed] <= home[node] for needed in wanted)


def test_a_row_of_ten_thousand_needs_no_deep_stack() -> None:
    row = [[node + 1] for node in range(9_999)] + [[]]
    assert knots(row)[0] == [9_999]
    circle = [[(node + 1) % 10_000] for node in range(10_000)]
    assert knots(circle) == [list(range(10_000))]
