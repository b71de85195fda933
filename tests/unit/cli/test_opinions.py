from __future__ import annotations

from typing import Any

import pytest

KEY = "019ab3c0-7a10-7c31-9d5e-3f6f0c1d2e01"
OPINION = {"id": KEY, "order_id": KEY, "specialist": "network", "state": "given", "verdict": "agree", "conditions": []}
LETTER = {
    "id": KEY, "number": "受理〔2026〕1号", "kind": "acceptance", "title": {"zh_CN": "受理通知书", "en": "Notice"},
    "content": {"zh_CN": "受理通知书", "en": "Notice of acceptance\n\nNo. 1"},
}  # fmt: skip


def test_an_opinion_is_given_with_its_conditions(api: Any, logged_in: Any) -> None:
    api.on("POST", f"/v1/orders/{KEY}/opinions", OPINION)
    given = ("--verdict", "agree_with_conditions", "--condition", "甲", "--condition", "乙", "--words", "同意")
    ended = logged_in("opinions", "give", KEY, "--as", "network", *given, "-o", "json")
    assert ended.code == 0, ended
    assert api.of("POST", f"/v1/orders/{KEY}/opinions")[0].body == {
        "verdict": "agree_with_conditions", "conditions": ["甲", "乙"], "words": "同意", "specialist": "network",
    }  # fmt: skip


def test_who_speaks_for_one_field_need_not_name_it(api: Any, logged_in: Any) -> None:
    api.on("POST", f"/v1/orders/{KEY}/opinions", OPINION)
    assert logged_in("opinions", "give", KEY, "--verdict", "agree").code == 0
    assert "specialist" not in api.of("POST", f"/v1/orders/{KEY}/opinions")[0].body


def test_it_is_withdrawn_and_another_is_asked(api: Any, logged_in: Any) -> None:
    api.on("DELETE", f"/v1/orders/{KEY}/opinions/network", OPINION | {"state": "withdrawn"})
    ended = logged_in("opinions", "withdraw", KEY, "--as", "network", "--reason", "再看")
    assert (ended.code, ended.out) == (0, "Withdrawn.\n")
    api.on("POST", f"/v1/orders/{KEY}/opinions/ask", OPINION)
    assert logged_in("opinions", "ask", KEY, "--of", "budget").code == 0
    assert api.of("POST", f"/v1/orders/{KEY}/opinions/ask")[0].body["specialist"] == "budget"


@pytest.mark.parametrize("wrong", [("give", KEY), ("give", KEY, "--verdict", "maybe"), ("withdraw", KEY)])
def test_what_is_not_said_is_asked_for(logged_in: Any, wrong: tuple[str, ...]) -> None:
    assert logged_in("opinions", *wrong).code == 2


def test_a_letter_is_shown_word_for_word(api: Any, logged_in: Any) -> None:
    api.on("GET", f"/v1/letters/{KEY}", LETTER)
    assert logged_in("letters", "show", KEY).out == "Notice of acceptance\n\nNo. 1\n"


def test_letters_are_listed_with_their_numbers(api: Any, logged_in: Any) -> None:
    row = {**LETTER, "order": "2026-000001", "department": "发改委", "issued_at": "2026-03-02T01:30:00Z"}
    api.on("GET", "/v1/letters", {"items": [row], "next": None})
    lines = logged_in("letters", "list").out.splitlines()
    assert lines[1].split() == [
        "受理〔2026〕1号",
        "acceptance",
        "2026-000001",
        "发改委",
        "Notice",
        "2026-03-02",
        "09:30",
    ]


def test_a_return_names_ground_field_and_words(api: Any, logged_in: Any) -> None:
    order = {"id": KEY, "number": "2026-000001", "state": "returned"}
    api.on("POST", f"/v1/orders/{KEY}/return", order)
    defects = ("--defect", "field-wrong", "purpose", "不清", "--new-defect", "other", "-", "新问题")
    assert logged_in("orders", "return", KEY, "--missing", "批复", *defects).code == 0
    assert api.of("POST", f"/v1/orders/{KEY}/return")[0].body == {
        "missing": ["批复"],
        "defects": [
            {"ground": "field-wrong", "field": "purpose", "words": "不清"},
            {"ground": "other", "words": "新问题", "new": True},
        ],
    }
