from __future__ import annotations

import pytest

from cloudctl.domain.declarations import check_declared, refuse_secret
from cloudctl.domain.errors import Invalid

NAME = "m4rker-name"


@pytest.mark.parametrize(
    "text",
    ["机密★10年", "绝密 ★", "秘密★", "方案（涉密）", "[机密] 方案", "【秘密】", "(绝密)", "〔 涉密 〕方案"],
)
def test_a_marking_of_secrecy_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_declared(declared=True, texts={"title": "OA", "purpose": f"{NAME} {text}"})
    error = caught.value
    assert error.field == "purpose"
    assert error.way_out
    assert NAME not in f"{error} {error.way_out} {error.params}"


@pytest.mark.parametrize(
    "text", ["非涉密办公系统", "不涉及国家秘密", "保密宣传教育网站", "商业秘密保护（公开）", "五星★级评价", ""]
)
def test_words_about_secrecy_are_no_marking(text: str) -> None:
    check_declared(declared=True, texts={"title": text})


@pytest.mark.parametrize("declared", [None, False])
def test_without_the_declaration_nothing_goes_on(declared: bool | None) -> None:
    with pytest.raises(Invalid) as caught:
        check_declared(declared=declared, texts={"title": NAME})
    assert caught.value.field == "no_state_secrets"
    assert NAME not in f"{caught.value} {caught.value.way_out}"


def test_what_was_not_declared_yet_may_still_be_looked_at() -> None:
    refuse_secret(None, {"title": "OA"})
    with pytest.raises(Invalid):
        refuse_secret(declared=False, texts={})
