"""The CLI may not import the domain, so it says a second time what fields there are: here both are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import pytest

from cloudctl.cli.accesses import ACCESSES
from cloudctl.cli.devices import DEVICES
from cloudctl.cli.fields import FIELDS, Day, Yuan
from cloudctl.cli.labels import LABELS
from cloudctl.cli.nouns import Noun
from cloudctl.cli.premises import PREMISES
from cloudctl.cli.racks import RACKS
from cloudctl.cli.rooms import ROOMS
from cloudctl.cli.surveys import SURVEY, WORDS, Asked
from cloudctl.cli.systems import SYSTEMS
from cloudctl.cli.titles import title
from cloudctl.domain import accesses, devices, racks, rooms
from cloudctl.domain.register import Kind, RegisterField
from cloudctl.domain.surveys import REGISTER_FIELDS
from cloudctl.messages import translator

NOUNS: list[tuple[Noun, Sequence[RegisterField]]] = [
    (SYSTEMS, REGISTER_FIELDS),
    (ROOMS, rooms.FIELDS),
    (RACKS, racks.FIELDS),
    (DEVICES, devices.FIELDS),
    (ACCESSES, accesses.FIELDS),
]
EVERY = [(noun, field) for noun, fields in NOUNS for field in fields]
PLAIN = {Kind.TEXT, Kind.CODE, Kind.URL}
DECIDED = {("accesses", "state")}
"""What an act of its own changes: no form asks for it."""
BY_CODE = {"zones", "classifications", "security_packages"}
"""Live lists of the catalogue, which are sent by code."""


def kinds_of(asked: Asked) -> set[Kind]:
    """The kinds of field that an option of this type can send."""
    match asked.kind:
        case "text":
            return PLAIN | {Kind.WORD, Kind.REFERENCE}
        case "day":
            return {Kind.DAY}
        case "whole":
            return {Kind.WHOLE}
        case "figure":
            return {Kind.FIGURE}
        case "yes":
            return {Kind.YES}
        case "yuan":
            return {Kind.FEN}
        case "list":
            return {Kind.LIST}
        case "word":
            return {Kind.WORD}
    return {Kind.REFERENCE}


def test_the_survey_asks_for_what_the_form_has_beside_the_columns_of_every_noun() -> None:
    names = [field.name for field in REGISTER_FIELDS]
    ours = [asked.name for asked in SURVEY]
    assert [name for name in names if name in ours] == ours
    assert set(names) - set(ours) == {
        "code", "name", "department_id", "mlps_level", "classification", "xinchuang", "status",
    }  # fmt: skip


def test_the_categories_of_rooms_are_the_forms() -> None:
    (category,) = [field for field in rooms.FIELDS if field.name == "category"]
    assert WORDS["category"] == {option.code: option.label for option in category.options}


@pytest.mark.parametrize(("noun", "field"), EVERY, ids=lambda value: getattr(value, "name", ""))
def test_every_field_of_the_form_can_be_given_and_changed(noun: Noun, field: RegisterField) -> None:
    if (noun.name, field.name) in DECIDED:
        return
    assert field.name in {*noun.required, *noun.optional}
    if field.required and field.name in {"code", "name"}:
        assert field.name in noun.required


@pytest.mark.parametrize(("noun", "field"), EVERY, ids=lambda value: getattr(value, "name", ""))
def test_an_option_takes_what_the_field_holds(noun: Noun, field: RegisterField) -> None:
    option: Any = FIELDS[field.name]
    match field.kind:
        case Kind.DAY:
            assert isinstance(option.kind, Day)
        case Kind.FEN:
            assert isinstance(option.kind, Yuan)
        case Kind.WHOLE:
            assert option.kind is int
        case Kind.FIGURE:
            assert option.kind is float
        case Kind.YES:
            assert option.kind is bool
            assert "/--" in option.option
        case Kind.LIST:
            assert option.many
        case Kind.REFERENCE:
            assert option.refers == (None if field.choices in BY_CODE else field.choices)
        case _:
            assert option.refers is None
            assert option.kind is str or isinstance(option.kind, click.Choice)


@pytest.mark.parametrize(
    "field", [field for field in REGISTER_FIELDS if field.name in WORDS and field.name != "status"]
)
def test_words_of_the_survey_are_the_forms(field: RegisterField) -> None:
    assert WORDS[field.name] == {option.code: option.label for option in field.options}
    assert list(FIELDS[field.name].kind.choices) == [option.code for option in field.options]


def test_every_word_that_the_survey_asks_for_is_declared() -> None:
    asked = {asked.name for asked in SURVEY if asked.kind == "word"}
    assert asked == {field.name for field in REGISTER_FIELDS if field.kind is Kind.WORD} - {"status"}
    assert asked == WORDS.keys() - {"status", "category"}


@pytest.mark.parametrize(
    ("noun", "field"),
    [(noun, field) for noun, field in EVERY if field.kind is Kind.WORD],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_word_of_the_form_is_one_that_the_tables_can_say(noun: Noun, field: RegisterField) -> None:
    chinese = translator("zh_CN")
    for option in field.options:
        said = WORDS.get(field.name, {}).get(option.code) or LABELS.get(option.code, option.code)
        assert chinese(said) != said


@pytest.mark.parametrize("asked", [*SURVEY, *PREMISES], ids=lambda asked: asked.name)
def test_what_is_asked_is_of_the_kind_that_the_form_declares(asked: Asked) -> None:
    declared = {field.kind for _, field in EVERY if field.name == asked.name}
    assert declared <= kinds_of(asked)


@pytest.mark.parametrize(("noun", "field"), EVERY, ids=lambda value: getattr(value, "name", ""))
def test_every_field_has_a_title(noun: Noun, field: RegisterField) -> None:
    assert title(field.name) != field.name
