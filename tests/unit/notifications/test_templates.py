from __future__ import annotations

import re
import string

import pytest

from cloudctl.domain.notices import DIGEST, OPTIONAL, URGENT
from cloudctl.messages import translator
from cloudctl.notifications.templates import DEPUTY, FOOTER, REASON, TEMPLATES, render
from cloudctl.services.history import TOLD

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PARAMS = {
    "number": "2026-000017",
    "title": "OA",
    "count": "2",
    "names": "fgw-1",
    "expires_on": "2027-01-01",
    "channel": "duty",
    "cloud": "city-a",
    "name": "Li",
    "step": "decision",
    "day": "2027-01-05",
    "days": "30",
    "office": "The first district",
    "code": "fgw-s1",
    "ends_on": "2027-03-31",
    "successor": "fgw-s2",
    "system": "fgw-s1",
    "answer_link": "https://cloud.example.org/answers/x",
    "until": "2027-07-01",
    "apps": "x",
    "owner": "x",
    "release": "2.0.0",
    "since": "x",
    "stands": "Nothing.",
    "url": "https://fgw.example.org/",
}
ALL = [text for template in TEMPLATES.values() for text in template] + [REASON, DEPUTY, FOOTER]


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_deputy_reads_for_whom() -> None:
    _, body = render("order_returned", PARAMS | {"reason": "No term.", "deputy_of": "李文"}, ("en",))
    assert body.split("\n\n")[1:3] == ["Reason: No term.", "You get this as the deputy of 李文."]
    _, own = render("order_returned", PARAMS, ("en",))
    assert "deputy" not in own


def test_every_transition_that_is_told_has_a_template() -> None:
    assert {template for template, _ in TOLD.values()} <= TEMPLATES.keys()


def test_what_is_urgent_or_optional_has_a_template() -> None:
    assert URGENT | OPTIONAL | {DIGEST} <= TEMPLATES.keys()
    assert not URGENT & OPTIONAL


@pytest.mark.parametrize("text", ALL)
def test_every_text_has_a_chinese_one_with_the_same_params(text: str) -> None:
    chinese = translator("zh_CN")(text)
    assert CHINESE.search(chinese)
    assert names(chinese) == names(text)


@pytest.mark.parametrize("template", TEMPLATES)
def test_both_languages_stand_in_subject_and_body_chinese_first(template: str) -> None:
    subject, body = render(template, PARAMS | {"reason": "x"})
    for text, separator in ((subject, " / "), (body, "-" * 40)):
        chinese, _, english = text.partition(separator)
        assert CHINESE.search(chinese)
        assert not CHINESE.search(english)
        assert "{" not in text
    assert "\n" not in subject


@pytest.mark.parametrize(("reason", "count"), [("缺少材料", 2), ("", 0)])
def test_a_reason_is_told_where_there_is_one(reason: str, count: int) -> None:
    _, body = render("order_rejected", {**PARAMS, "reason": reason})
    assert body.count("缺少材料") == count
    assert ("Reason:" in body) is bool(reason)


def test_a_param_that_is_missing_does_not_lose_the_notice() -> None:
    subject, _ = render("term_ending", {"count": "1"})
    assert "{expires_on}" in subject


def test_braces_in_a_param_are_only_text() -> None:
    subject, body = render("order_approved", {"number": "{title}", "title": "{0.__class__}"})
    assert "{title}" in subject
    assert "{0.__class__}" in body
