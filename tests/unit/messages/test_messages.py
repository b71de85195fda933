from __future__ import annotations

import pytest

import build_catalogues
from cloudctl.messages import fill, known_locale, locale_from_environment, translator

build_catalogues.compile_catalogues()


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh_CN", "zh_CN"), ("zh_CN.UTF-8", "zh_CN"), ("zh-Hans-CN", "zh_CN"), ("ZH", "zh_CN"), ("en_US.UTF-8", "en"),
        ("en", "en"), ("C", "en"), ("POSIX", "en"), ("de_DE", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_a_tag_in_any_spelling(tag: str, locale: str) -> None:
    assert known_locale(tag) == locale


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LC_MESSAGES": "en_US", "LC_ALL": "zh_CN"}, "zh_CN"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh_CN"),
        ({"LC_ALL": "zh_CN", "CLOUDCTL_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "CLOUDCTL_LANG": "zh"}, "zh_CN"),
    ],
)
def test_the_environment_asks_for_a_locale(environment: dict[str, str], locale: str) -> None:
    assert locale_from_environment(environment) == locale


def test_chinese_comes_from_the_catalogue_and_english_is_the_id() -> None:
    assert translator("zh_CN")("Delivered.") == "已交付。"
    assert translator("en")("Delivered.") == "Delivered."
    assert translator("fr")("Delivered.") == "Delivered."


def test_what_is_not_in_the_catalogue_stays() -> None:
    assert translator("zh_CN")("Nobody has ever written this.") == "Nobody has ever written this."
    assert translator("zh_CN")("") == ""


def test_a_translator_is_made_once() -> None:
    assert translator("zh_CN") is translator("zh_CN")


def test_a_sentence_is_filled_with_our_words_translated_and_theirs_untouched() -> None:
    params = {"what": "department", "key": "department"}
    assert fill(translator("zh_CN"), "There is no {what} {key}.", params) == "没有部门 department。"
    assert fill(translator("en"), "There is no {what} {key}.", params) == "There is no department department."


def test_braces_without_parameters_are_plain_text() -> None:
    assert fill(translator("en"), "{}", {}) == "{}"


def test_parameters_that_do_not_fit_leave_the_sentence() -> None:
    assert fill(translator("en"), "There is no {what} {key}.", {"what": "order"}) == "There is no {what} {key}."
