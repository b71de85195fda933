from __future__ import annotations

import pytest

from cloudctl.domain.blueprints import Catalogue
from cloudctl.domain.errors import Invalid
from cloudctl.hosting.parameters import fields, fill


def test_what_is_not_given_has_its_default(catalogue: Catalogue) -> None:
    filled = fill(catalogue.named("department-site"), {"title": "审计局", "upload_mib": 64})
    assert (filled["title"], filled["language"], filled["upload_mib"]) == ("审计局", "zh", 64)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x", "colour": "red"}, "colour"),
        ({"title": "x", "upload_mib": 0}, "upload_mib"),
        ({"title": "x", "upload_mib": "32"}, "upload_mib"),
        ({"title": "x", "language": "fr"}, "language"),
        ({"title": "x", "site_code": "../../etc"}, "site_code"),
        ({"title": "x\n$conf['superuser']='@ALL';"}, "title"),
        ({"title": "x", "content": "a\x00b"}, "content"),
    ],
)
def test_what_is_not_acceptable_names_its_field(catalogue: Catalogue, given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        fill(catalogue.named("department-site"), given)
    assert refused.value.field == f"parameters.{field}"
    assert refused.value.way_out is not None
    assert str(refused.value)
    assert refused.value.way_out.format(**refused.value.params)


def test_a_text_of_several_lines_may_have_lines(catalogue: Catalogue) -> None:
    given = {"title": "x", "content": "one\ntwo"}
    assert fill(catalogue.named("department-site"), given)["content"] == "one\ntwo"


def test_forms_ask_in_the_order_of_the_blueprint(catalogue: Catalogue) -> None:
    asked = {field.name: field for field in fields(catalogue.named("department-site"))}
    assert next(iter(asked)) == "title"
    assert asked["title"].required
    assert (asked["title"].kind, asked["title"].most) == ("text", 80)
    assert (asked["language"].kind, asked["language"].choices) == ("choice", ("zh", "en"))
    assert asked["content"].kind == "textarea"
    assert (asked["upload_mib"].kind, asked["upload_mib"].default) == ("whole", 32)


def test_every_blueprint_has_a_form_in_both_languages(catalogue: Catalogue) -> None:
    for blueprint in catalogue.blueprints.values():
        for field in fields(blueprint):
            assert field.title["en"]
            assert field.title["zh_CN"]
