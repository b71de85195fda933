from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import VolumeItem
from cloudctl.domain.returns import GROUNDS, FoundDefect, Ground, Return, changed, digests, judged

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FORM = {"title": "a", "items": [VolumeItem(name="v", size_gib=1, term_months=1)], "users": "", "ports": []}


def last(form: dict[str, object]) -> Return:
    return Return(
        order_id=new_id(), department_id=new_id(), round=1, defects=[], digests=digests(form), returned_by=None,
        returned_at=NOW, due_at=NOW,
    )  # fmt: skip


def test_every_value_has_its_path() -> None:
    assert set(digests(FORM)) == {
        "title", "users", "ports", "items[0].kind", "items[0].name", "items[0].size_gib", "items[0].volume_type",
        "items[0].server", "items[0].term_months",
    }  # fmt: skip


def test_a_change_is_seen_at_its_path_and_above_and_nowhere_else() -> None:
    items = [VolumeItem(name="v", size_gib=2, term_months=1)]
    before, after = digests(FORM), digests(FORM | {"items": items})
    for path, expected in (
        ("items", True), ("items[0]", True), ("items[0].size_gib", True), ("items[0].name", False),
        ("items[1]", False), ("title", False), ("item", False),
    ):  # fmt: skip
        assert changed(before, after, path) is expected, path


def test_an_item_more_or_less_is_a_change() -> None:
    more = digests(FORM | {"items": [*FORM["items"], *FORM["items"]]})
    none = digests(FORM | {"items": []})
    assert changed(digests(FORM), more, "items[1]")
    assert changed(digests(FORM), none, "items")
    assert changed(digests(FORM), none, "items[0].name")


@given(st.dictionaries(st.sampled_from(["title", "users", "purpose"]), st.text(max_size=3), min_size=1))
def test_nothing_is_new_where_nothing_changed(form: dict[str, object]) -> None:
    defects = [FoundDefect(words="x", field=name) for name in form]
    assert all(defect.visible_from_start for defect in judged(defects, last(form), digests(form)))
    with pytest.raises(Invalid):
        judged([FoundDefect(words="x", new=True)], last(form), digests(form))


@given(
    before=st.fixed_dictionaries({"title": st.text(max_size=2), "users": st.text(max_size=2)}),
    after=st.fixed_dictionaries({"title": st.text(max_size=2), "users": st.text(max_size=2)}),
)
def test_by_default_what_was_changed_decides(before: dict[str, str], after: dict[str, str]) -> None:
    defects = judged([FoundDefect(words="x", field=name) for name in before], last(dict(before)), digests(dict(after)))
    assert {defect.field: defect.visible_from_start for defect in defects} == {
        name: before[name] == after[name] for name in before
    }


def test_the_first_time_everything_could_be_seen_but_a_rule_to_come() -> None:
    seen = judged([FoundDefect(words="x", ground=ground) for ground in Ground], None, {})
    assert [defect.ground for defect in seen if not defect.visible_from_start] == [Ground.RULE_CHANGED]


def test_every_ground_has_its_words() -> None:
    assert set(GROUNDS) == set(Ground)
