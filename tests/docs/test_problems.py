"""Every kind of problem has a page in both languages, with an example that a caller may meet."""

from __future__ import annotations

import json

import pytest

from api.problems import KINDS, problem_of
from tests.docs.markdown import blocks
from tests.docs.reference.problems import EXAMPLES, LANGUAGES, Language, advice

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.locale)


@EVERY_LANGUAGE
def test_every_code_has_a_page_and_no_page_is_orphaned(language: Language) -> None:
    assert {path.stem for path in language.folder.glob("*.md")} == {*KINDS, "README"}


@EVERY_LANGUAGE
@pytest.mark.parametrize("code", KINDS)
def test_page_says_what_to_do_and_shows_a_document(language: Language, code: str) -> None:
    path = language.folder / f"{code}.md"
    assert len(advice(path, language)) > 10
    (example,) = [json.loads(block.text) for block in blocks(path.read_text(encoding="utf-8"))]
    assert (example["code"], example["status"]) == (code, KINDS[code].status)


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples_are_texts_of_the_catalogue(code: str) -> None:
    english, chinese = (problem_of(EXAMPLES[code], locale=locale, request_id="-") for locale in ("en", "zh_CN"))
    assert english.title != chinese.title
    assert english.detail != chinese.detail
