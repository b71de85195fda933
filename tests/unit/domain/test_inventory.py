from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.inventory import (
    Census,
    CloudObject,
    Known,
    ObjectKind,
    ObjectState,
    ObjectStatus,
    differences,
    encoded,
    fingerprint,
    object_id,
)


def thing(name: str = "web", native_id: str = "id-1", **fields: Any) -> CloudObject:
    return CloudObject(kind=ObjectKind.SERVER, native_id=native_id, name=name, **fields)


def known_of(*things: CloudObject, misses: int = 0, state: ObjectState = ObjectState.PRESENT) -> dict[Any, Known]:
    return {
        each.identity: Known(object_id("a", *each.identity), fingerprint(encoded(each)), misses, state)
        for each in things
    }


def test_an_id_is_of_cloud_kind_and_native_id_alone() -> None:
    ids = {object_id(cloud, kind, key) for cloud in "ab" for kind in ("server", "volume") for key in ("1", "2")}
    assert len(ids) == 8
    assert object_id("a", "server", "1") == object_id("a", "server", "1")


def test_the_same_facts_have_the_same_bytes_and_other_facts_others() -> None:
    key = uuid4()
    one = thing(key=key, tags=("a",), created_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert encoded(one) == encoded(thing(created_at=datetime(2026, 1, 1, tzinfo=UTC), tags=("a",), key=key))
    others = [thing(), thing(key=key), thing(vcpu=1), thing(memory_mib=1), thing(status=ObjectStatus.ERROR)]
    marks = {fingerprint(encoded(each)) for each in (one, *others)}
    assert len(marks) == 6
    assert all(-(2**63) <= mark < 2**63 for mark in marks)


def test_differences_name_fields_with_before_and_after() -> None:
    assert differences(thing(vcpu=2, tags=("a",)), thing("db", vcpu=4, tags=("a",))) == {
        "name": ("web", "db"), "vcpu": (2, 4),
    }  # fmt: skip
    assert differences(thing(), thing()) == {}


def test_a_census_tells_what_is_new_changed_or_back_and_what_was_not_seen() -> None:
    same, changed, away = thing("same", "1"), thing("changed", "2"), thing("away", "3")
    known = known_of(same, changed) | known_of(away)
    census = Census("a", known)
    news = census.take([same, thing("other", "2"), thing("new", "4")])
    assert [(each.object.native_id, each.known is None) for each in news] == [("2", False), ("4", True)]
    assert news[1].id == object_id("a", "server", "4")
    assert census.take([thing("again", "4"), same]) == []  # an object seen twice counts once
    assert census.counted == 3
    assert list(census.unseen()) == [known[away.identity].id]


def test_one_that_was_missed_is_news_though_nothing_changed() -> None:
    census = Census("a", known_of(thing(), misses=2))
    assert [each.id for each in census.take([thing()])] == [object_id("a", "server", "id-1")]


def test_what_is_missing_already_is_not_missed_again() -> None:
    census = Census("a", known_of(thing(), misses=3, state=ObjectState.MISSING))
    assert list(census.unseen()) == []
    assert len(census.take([thing()])) == 1


@given(
    before=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
    pages=st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 2)), max_size=5), max_size=4),
)
def test_seen_and_unseen_are_everything_that_was_known(
    before: dict[str, int], pages: list[list[tuple[str, int]]]
) -> None:
    known = known_of(*(thing(key, key, vcpu=size) for key, size in before.items()))
    census = Census("a", known)
    told = [each for page in pages for each in census.take([thing(key, key, vcpu=size) for key, size in page])]
    first: dict[str, int] = {}
    for key, size in (pair for page in pages for pair in page):
        first.setdefault(key, size)
    assert {each.object.native_id for each in told} == {key for key, size in first.items() if before.get(key) != size}
    assert len(census.unseen()) == len(set(before) - set(first))
    assert census.counted == len(first)
