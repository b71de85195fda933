from __future__ import annotations

import io

import pytest

from cloudctl.cli.documents import read_document
from cloudctl.cli.exits import Exit, Failure


class Named(io.StringIO):
    name = "order.yaml"


def test_json_and_yaml_say_the_same() -> None:
    expected = {"on": "2027-01-15", "count": 2, "list": [True, None]}
    assert read_document(Named('{"on": "2027-01-15", "count": 2, "list": [true, null]}')) == expected
    assert read_document(Named('"on": 2027-01-15\ncount: 2\nlist: [true, null]')) == expected


@pytest.mark.parametrize("text", ["{", "", "- a", "a: b: c", "!!python/object/apply:os.getcwd []"])
def test_anything_else_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(Failure, match=r"order\.yaml") as caught:
        read_document(Named(text))
    assert caught.value.code is Exit.USAGE
