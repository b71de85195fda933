"""The Chinese pages say as much as the English ones: the same headings, the same blocks, the same links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.markdown import CHINESE, DOCS, blocks, headings, links, prose

TRANSLATED = ("README.md", "tutorial.md", *sorted(f"how-to/{path.name}" for path in (DOCS / "how-to").glob("*.md")))
HAN = re.compile(r"[\u4e00-\u9fff]")


def both(name: str) -> tuple[str, str]:
    return tuple((folder / name).read_text(encoding="utf-8") for folder in (DOCS, CHINESE))  # type: ignore[return-value]


def test_there_are_as_many_pages() -> None:
    problems = {f"problems/{path.name}" for path in (DOCS / "problems").glob("*.md")}
    assert {str(path.relative_to(CHINESE)) for path in CHINESE.rglob("*.md")} == {*TRANSLATED, *problems}


@pytest.mark.parametrize("name", TRANSLATED)
def test_headings_correspond(name: str) -> None:
    english, chinese = both(name)
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    assert all(HAN.search(title) or (title.isascii() and " " not in title) for _, title in headings(chinese))


@pytest.mark.parametrize("name", TRANSLATED)
def test_blocks_are_the_same(name: str) -> None:
    english, chinese = both(name)
    assert [block[:3] for block in blocks(english)] == [block[:3] for block in blocks(chinese)]


@pytest.mark.parametrize("name", TRANSLATED)
def test_links_lead_to_the_same_things(name: str) -> None:
    english, chinese = both(name)
    assert [Path(link.partition("#")[0]).name for link in links(english)] == [
        Path(link.partition("#")[0]).name for link in links(chinese)
    ]


@pytest.mark.parametrize("name", TRANSLATED)
def test_chinese_pages_are_chinese(name: str) -> None:
    lines = [line for line in prose(both(name)[1]) if len(line) > 20 and not line.startswith(("|", "<!--"))]
    assert lines
    assert [line for line in lines if not HAN.search(line)] == []
