"""The texts of letters: each template in both languages, with the same placeholders."""

from __future__ import annotations

import string

import pytest

from cloudctl.messages import LOCALES
from cloudctl.messages.letters import VERSIONS, _paragraphs, written

PARAMS = dict.fromkeys(
    ("number", "department", "order", "title", "reason", "date", "specialists", "due", "defects", "conditions"), "…"
)


def names(template: str, version: int, locale: str) -> list[set[str]]:
    paragraphs = _paragraphs(template, version, locale)
    return [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in paragraphs]


@pytest.mark.parametrize(
    ("template", "version"), [(name, v) for name, last in VERSIONS.items() for v in range(1, last + 1)]
)
def test_both_languages_say_the_same_things_in_the_same_order(template: str, version: int) -> None:
    chinese, english = (set().union(*names(template, version, locale)) for locale in LOCALES)
    assert chinese == english
    assert chinese <= set(PARAMS)
    assert {"number", "department", "order", "title", "date"} <= chinese


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", VERSIONS)
def test_it_is_filled(template: str, locale: str) -> None:
    title, content = written(template, locale, PARAMS)
    assert content.startswith(title + "\n\n")
    assert "{" not in content


def test_a_paragraph_without_its_value_falls_away() -> None:
    _, full = written("approval", "en", PARAMS)
    _, short = written("approval", "en", PARAMS | {"conditions": ""})
    assert "conditions" in full
    assert "conditions" not in short


def test_braces_of_the_applicant_stay() -> None:
    _, content = written("rejection", "en", PARAMS | {"reason": "{number}"})
    assert "{number}" in content
