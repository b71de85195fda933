from __future__ import annotations

from typing import Any, get_type_hints

from cloudctl.domain.quotas import Dimension
from cloudctl.policy.facts import ItemFacts, OrderFacts, RoomFacts, completed, merged, unknown
from cloudctl.policy.registry import ROOMS, Registry, load, shipped

PLAIN = {str: str, int: int, bool: bool, float: float}


def same_shape(shape: Any, value: dict[str, Any]) -> None:
    hints = get_type_hints(shape)
    assert value.keys() == hints.keys()
    for key, kind in hints.items():
        if kind in PLAIN:
            assert type(value[key]) is kind, key
        elif hasattr(kind, "__total__"):
            same_shape(kind, value[key])


def test_the_base_document_has_the_documented_shape(registry: Registry) -> None:
    same_shape(ItemFacts, registry.base["item"])
    same_shape(OrderFacts, completed(registry.base, {}))
    same_shape(RoomFacts, completed(load(shipped(), ROOMS).base, {}))
    assert set(registry.base["quota"]) == set(registry.base["totals"]) == {d.value for d in Dimension}
    assert all(q["limit"] - q["used"] == q["left"] for q in registry.base["quota"].values())


def test_merging_goes_down_and_replaces_lists_and_values() -> None:
    base = {"a": {"b": 1, "c": {"d": 2}}, "l": [1, 2], "v": 3}
    assert merged(base, {"a": {"c": {"d": 9}}, "l": [7], "v": {"x": 1}}) == {
        "a": {"b": 1, "c": {"d": 9}}, "l": [7], "v": {"x": 1},
    }  # fmt: skip
    assert base["a"] == {"b": 1, "c": {"d": 2}}


def test_every_item_is_completed_and_the_neutral_one_is_no_fact(registry: Registry) -> None:
    facts = completed(registry.base, {"items": [{"vcpu": 9}, {}]})
    assert [item["vcpu"] for item in facts["items"]] == [9, registry.base["item"]["vcpu"]]
    assert "item" not in facts


def test_slips_of_the_pen_are_found_at_every_depth(registry: Registry) -> None:
    slips = {"totalz": {}, "order": {"titel": "x"}, "items": [{}, {"cpu": 1}, "server"]}
    assert list(unknown(registry.base, slips)) == ["totalz", "order.titel", "items[1].cpu", "items[2]"]
    assert list(unknown(registry.base, {"items": [{"vcpu": 1}], "today": "2026-01-01"})) == []
