"""Papers: what is printed, as parts that know nothing of a page; and the port that makes a PDF of them.

paper = Paper(title="申请表", number="2026-000017", parts=(Fields("", (("申请单位", "发改委"), ...)), ...))
content = ctx.printer.pdf(paper)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels and values, two pairs a line; a value longer than half a line gets a line of its own."""

    heading: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns with their share of the width, and its rows. Without rows, `nothing` stands there."""

    heading: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Boxes to be signed or stamped: what for, and what stands in it already."""

    heading: str
    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, as an official letter has them; `closing` stands at the right: who writes, and when."""

    heading: str
    paragraphs: tuple[str, ...]
    closing: tuple[str, ...] = ()


Part = Fields | Sheet | Signatures | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document on A4. `footer` stands on every page beside the page's number (`page_of` has {page} and {pages})."""

    title: str
    number: str
    parts: tuple[Part, ...]
    footer: str = ""
    page_of: str = "{page} / {pages}"


class Printer(Protocol):
    """Makes documents of papers."""

    def pdf(self, paper: Paper) -> bytes:
        """The paper as PDF, its font embedded."""
        ...
