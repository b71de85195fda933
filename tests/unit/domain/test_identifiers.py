from __future__ import annotations

from cloudctl.domain.identifiers import derived_id, new_id


def test_new_ids_sort_by_their_making() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {key.version for key in made} == {7}


def test_derived_ids_are_the_same_for_the_same_part_and_differ_otherwise() -> None:
    parent = new_id()
    assert derived_id(parent, "0/server/1") == derived_id(parent, "0/server/1")
    others = {derived_id(parent, "0/server/1"), derived_id(parent, "0/server/2"), derived_id(new_id(), "0/server/1")}
    assert len(others) == 3
