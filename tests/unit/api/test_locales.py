from __future__ import annotations

import pytest

from api.locales import preferred


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", None),
        ("en", "en"),
        ("zh", "zh_CN"),
        ("zh-Hans-CN, en;q=0.8", "zh_CN"),
        ("en;q=0.3, zh;q=0.7", "zh_CN"),
        ("fr, en;q=0.1", "en"),
        ("en;q=0", None),
        ("en;q=much, zh;q=0.1", "zh_CN"),
        ("*", None),
    ],
)
def test_the_language_that_weighs_most_wins(header: str, locale: str | None) -> None:
    assert preferred(header) == locale
