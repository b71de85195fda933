"""Markdown that is safe to put anything into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `python -m tests.docs.reference`; change the code, not this page. -->"


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join([f"# {title}", NOTE, *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def code(value: object) -> str:
    """A word in code, nothing for nothing."""
    return f"`{value}`" if value not in (None, "") else ""


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
