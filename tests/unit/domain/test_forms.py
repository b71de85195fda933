from __future__ import annotations

from typing import Any

import pytest

from api.schemas.items import AddressItemIn, NetworkItemIn, ServerItemIn, VolumeItemIn
from api.schemas.orders import OrderIn
from cloudctl.domain import cells, forms
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import COLUMNS, COVER_FIELDS, Entry, Filled

ITEMS: dict[str, Any] = {
    "server": ServerItemIn, "volume": VolumeItemIn, "network": NetworkItemIn, "address": AddressItemIn,
}  # fmt: skip
ELSEWHERE = {
    "system_id", "items", "user_data", "user_data_encoding", "kind", "prefix_length", "cidr", "anti_affinity",
    "separation",
}  # fmt: skip


def bounds(schema: dict[str, Any], name: str) -> tuple[int | None, int | None]:
    """(least, most) that the API takes: of a number itself, of a text its length."""
    kinds = schema["properties"][name].get("anyOf", [schema["properties"][name]])
    least = [kind[key] for kind in kinds for key in ("minimum", "minLength") if key in kind]
    most = [kind[key] for kind in kinds for key in ("maximum", "maxLength") if key in kind]
    return (least or [None])[0], (most or [None])[0]


def accepts(read: cells.Reader, value: Any) -> bool:
    try:
        read(value, {})
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("entry", [*COVER_FIELDS, *COLUMNS], ids=lambda entry: entry.key)
def test_the_form_takes_what_the_api_takes(entry: forms.Field) -> None:
    shapes = [OrderIn] if entry in COVER_FIELDS else list(ITEMS.values())
    schemas = [shape.model_json_schema() for shape in shapes]
    for schema in [schema for schema in schemas if entry.key in schema["properties"] and not entry.options]:
        least, most = bounds(schema, entry.key)
        kind = schema["properties"][entry.key].get("type")
        if most is None or kind == "array":
            continue
        number = least is not None and entry.key not in {"name", "network", "server", "title", "purpose"}
        fits, beyond = (most, most + 1) if number else ("x" * most, "x" * (most + 1))
        assert accepts(entry.read, fits), entry.key
        assert not accepts(entry.read, beyond), entry.key
        if number:
            assert accepts(entry.read, least)
            assert not accepts(entry.read, int(least or 0) - 1)


def test_every_field_of_an_order_is_on_the_form() -> None:
    cover = {entry.key for entry in COVER_FIELDS}
    assert {name for name in OrderIn.model_fields if name not in ELSEWHERE} <= cover


@pytest.mark.parametrize("kind", ITEMS)
def test_a_row_needs_what_an_item_needs(kind: str) -> None:
    fields = ITEMS[kind].model_fields
    needed = {name for name, field in fields.items() if field.is_required()} - ELSEWHERE - {"term_months"}
    offered = {name for name in fields if name not in ELSEWHERE} - {"term_months"}
    assert forms.NEEDS[kind] == needed
    assert offered <= forms.NEEDS[kind] | forms.MAY_HAVE[kind]


def test_the_columns_follow_each_other() -> None:
    assert "".join(forms.LETTERS.values()) == "BCDEFGHIJKLMNOPQ"
    assert len({entry.cell for entry in COVER_FIELDS}) == len(COVER_FIELDS)


def test_an_entry_may_be_written_as_code_label_or_name() -> None:
    known = forms.spellings({"zones": [Entry("a", "a 外网"), Entry("b", "b 专网"), Entry("外网", "外网 另一个")]})
    assert known["zones"]["a"] == known["zones"]["a 外网"] == "a"
    assert known["zones"]["专网"] == "b"
    assert known["zones"]["外网"] == "外网"  # a code wins over another's name


def test_a_name_that_two_have_is_no_spelling() -> None:
    assert "同名" not in forms.spellings({"systems": [Entry("a", "a 同名"), Entry("b", "b 同名")]})["systems"]


def test_the_digest_tells_catalogues_apart() -> None:
    one, other = {"zones": [Entry("a", "a")]}, {"zones": [Entry("a", "b")]}
    assert forms.digest_of(one) == forms.digest_of(dict(one)) != forms.digest_of(other)


def test_a_form_without_rows_says_so() -> None:
    rows = forms.read_rows(Filled(version=1, digest="", cover={}, rows=[]), forms.spellings(forms.FIXED_LISTS))
    assert [fault.place for fault in rows.faults] == ["资源清单!B4"]
