from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudctl.cli.blocks import blocks

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "value",
    [
        {}, [], "", None, True, 0, -1.5, "yes", "No", "null", "~", "1", "1.5", "1e3", "0x1f", "2026-11-21", "12:30",
        "a: b", "a #b", "- a", "a\nb", "档案 平台", "😀", "\x85", "\u2028", "\x7f", " a", "a ", "=", "<<", "&a", "*a",
        {"items": [{"kind": "server", "disks": [{"size_gib": 1}, {"size_gib": 2}], "keys": []}, {"kind": "volume"}]},
        [[1, [2, {"a": [3]}]], [[]], {}], {"on": {"y": "n"}}, {"": {"": ""}}, {"a": {"b": {"c": []}}},
    ],
)  # fmt: skip
def test_any_reader_gets_the_same_back(value: object) -> None:
    assert yaml.safe_load(blocks(value)) == value


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_whatever_json_can_say(value: Any) -> None:
    assert yaml.safe_load(blocks(value)) == value


def test_it_is_laid_out_for_people() -> None:
    order = {
        "number": "2026-000001",
        "title": "审批平台扩容",
        "items": [{"kind": "server", "disks": [{"size_gib": 100}]}],
    }
    assert blocks(order) == (
        'number: "2026-000001"\ntitle: 审批平台扩容\nitems:\n- kind: server\n  disks:\n  - size_gib: 100'
    )
