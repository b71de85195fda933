from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cloudctl.domain import surveys
from cloudctl.domain.register import Kind, Option, RegisterField, plain, standing_at, tidied
from cloudctl.domain.surveys import REGISTER_FIELDS


def test_a_day_is_meant_to_its_end_on_the_people_s_clocks() -> None:
    end = standing_at(date(2026, 6, 30))
    assert end.astimezone(UTC) == datetime(2026, 6, 30, 16, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("　１２３　４ ", "123 4"),
        ("ＡＢＣ－１２", "ABC-12"),
        ("平台（二期）", "平台（二期）"),
        ("发改高技〔２０２６〕12号", "发改高技〔2026〕12号"),
        ("a\nb", "a b"),
    ],
)
def test_codes_become_narrow_and_names_keep_their_brackets(typed: str, kept: str) -> None:
    assert plain(typed) == kept


def test_nothing_written_is_nothing() -> None:
    values = {"function": " \n", "contract_number": "　", "user_count": 0, "virtualised": False, "unknown": " x "}
    assert tidied(REGISTER_FIELDS, values) == {
        "function": None, "contract_number": None, "user_count": 0, "virtualised": False, "unknown": " x ",
    }  # fmt: skip
    assert tidied(REGISTER_FIELDS, {"check_url": " ｈｔｔｐｓ：／／ａ．ｂ "}) == {"check_url": "https://a.b"}


def test_every_field_is_declared_once_and_wholly() -> None:
    names = [field.name for field in REGISTER_FIELDS]
    assert len(names) == len(set(names))
    titles = [field.title_zh for field in REGISTER_FIELDS]
    assert len(titles) == len(set(titles))
    for field in REGISTER_FIELDS:
        assert field.title
        assert bool(field.options) == (field.kind is Kind.WORD), field.name
        assert bool(field.choices) == (field.kind is Kind.REFERENCE), field.name
        assert field.name.endswith("_fen") == (field.kind is Kind.FEN), field.name


def test_every_word_has_one_spelling() -> None:
    for name, options in vars(surveys).items():
        if isinstance(options, tuple) and options and isinstance(options[0], Option):
            assert len({option.label_zh for option in options}) == len(options), name


def test_a_field_says_what_it_is() -> None:
    field = RegisterField("user_count", "Users", "用户数", Kind.WHOLE)
    assert (field.required, field.least, field.most) == (False, 0, None)
