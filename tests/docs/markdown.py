"""Pages as the tests read them: fenced blocks, headings and links.

    for block in blocks(page.read_text()):
        block.language, block.words, block.text, block.line

A block opens with three back quotes and its language; words after the language tell the tests what it is:
`console` is typed by a person, `console background` keeps running, `yaml order.yaml` is a file to save.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CHINESE = DOCS / "zh-CN"

_FENCE = re.compile(r"^```(.*)$")
_HEADING = re.compile(r"^(#{1,6}) +(.*?) *$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


class Block(NamedTuple):
    """One fenced block; `line` is that of its opening fence, counted from 1."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence and opened is None:
            opened, inside = (number, fence[1].strip()), []
        elif fence and opened is not None:
            language, *words = opened[1].split() or [""]
            yield Block(language, tuple(words), "\n".join(inside) + "\n", opened[0])
            opened = None
        elif opened is not None:
            inside.append(line)
    assert opened is None, f"the block of line {opened} is not closed"


def prose(text: str) -> Iterator[str]:
    """The lines outside fenced blocks."""
    inside = False
    for line in text.splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            yield line


def headings(text: str) -> list[tuple[int, str]]:
    """(level, title) of each heading."""
    return [(len(found[1]), found[2]) for line in prose(text) if (found := _HEADING.match(line))]


def links(text: str) -> Iterator[str]:
    """The targets of all links outside code."""
    for line in prose(text):
        yield from _LINK.findall(_CODE.sub("`-`", line))


def anchors(text: str) -> set[str]:
    """What may stand behind `#`: each heading as the usual renderers name it."""
    return {_NOT_IN_ANCHOR.sub("", title.lower()).replace(" ", "-") for _, title in headings(text)}
