from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.dependencies import Dependency, circular, cycle
from cloudctl.domain.errors import Invalid
from tests.unit.domain.making import NOW

ROOT = UUID(int=7)
KEYS = [uuid5(ROOT, str(number)) for number in range(6)]
A, B, C, D, *_ = KEYS
EDGES = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=14)


def test_nothing_depends_on_itself() -> None:
    with pytest.raises(Invalid) as caught:
        Dependency(system_id=A, on_id=A, created_at=NOW)
    assert caught.value.field == "on_id"


def test_the_circle_that_would_close_is_named_in_order() -> None:
    needs = {B: [C], C: [A, D]}
    assert cycle(needs, A, B) == [A, B, C]
    assert cycle(needs, A, D) == []
    assert cycle({B: [A]}, A, B) == [A, B]
    assert circular(["oa", "login", "hr"]).params["circle"] == "oa -> login -> hr -> oa"


def test_the_shortest_circle_is_named() -> None:
    assert cycle({B: [C, D], C: [D], D: [A]}, A, B) == [A, B, D]


@given(edges=EDGES)
def test_what_is_let_through_never_closes_a_circle(edges: list[tuple[UUID, UUID]]) -> None:
    """Edge after edge: what `cycle` finds is a circle of edges on record, and without it none can be walked."""
    needs: dict[UUID, list[UUID]] = {}
    for source, target in edges:
        if source == target:
            continue
        circle = cycle(needs, source, target)
        if circle:
            assert circle[:2] == [source, target]
            steps = zip(circle[1:], [*circle[2:], source], strict=True)
            assert all(below in needs[above] for above, below in steps)
        else:
            needs.setdefault(source, []).append(target)
        assert not any(reaches(needs, key, key) for key in KEYS)


def reaches(needs: dict[UUID, list[UUID]], start: UUID, goal: UUID) -> bool:
    seen: set[UUID] = set()
    front = list(needs.get(start, ()))
    while front:
        at = front.pop()
        if at == goal:
            return True
        if at not in seen:
            seen.add(at)
            front += needs.get(at, ())
    return False
