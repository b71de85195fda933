"""Plain text tables for people: Chinese characters take two columns, times are Asia/Shanghai.

>>> print(table([("名称", "n"), ("档案", "1")]))
名称  n
档案  1
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from unicodedata import combining, east_asian_width

from cloudctl.cli.labels import label
from cloudctl.cli.surveys import WORDS
from cloudctl.cli.titles import title
from cloudctl.cli.words import _
from cloudctl.messages import acting

GAP = "  "
NOTHING = "-"
PEOPLE_ZONE = timezone(timedelta(hours=8))  # Asia/Shanghai has had no other offset since 1991
LABELLED = frozenset(
    {
        "state", "kind", "level", "effect", "power", "dimension", "backup", "outcome", "role", "roles", "specialist",
        "verdict", "step", "colour", "card", "binds", "source", "told", "health", "mode", "status",
        "subject_kind", "act", "matter", "claimed", "verified", "noun", "origin", "lies", "signs", "evidence_kind",
        "unit", "category", "access", "proposed", "relation", "shadow_kind", "shadow_subject", "waste_kind",
    }
)  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)\Z")


def width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, columns: int) -> str:
    """The text filled up with blanks to a width."""
    return text + " " * (columns - width(text))


def table(lines: Sequence[Sequence[str]]) -> str:
    """The lines with their cells one under the other; no blanks at the end of a line."""
    widths = [max(width(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        GAP.join(padded(cell, columns) for cell, columns in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def rows_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """The rows under their titles."""
    return table([[title(key) for key in columns], *([cell(key, row.get(key)) for key in columns] for row in rows)])


def record_table(record: Mapping[str, Any], keys: Sequence[str] | None = None) -> str:
    """One record, a field a line; of all its fields or of `keys`."""
    shown = [key for key in keys or record if not _nested(record.get(key))]
    return table([[title(key), cell(key, record.get(key))] for key in shown]) if shown else ""


def cell(key: str, value: Any) -> str:
    """A value as people read it; `key` tells what it is. Never more than one line."""
    if value in (None, "", [], {}):
        return NOTHING
    match value:
        case int() if key == "fen" or key.endswith("_fen"):
            return f"{value / 100:,.2f}"
        case str():
            return _text(key, value)
        case list():
            return ", ".join(cell(key, entry) for entry in value)
        case dict():
            given = {name: entry for name, entry in value.items() if entry not in (None, [], {})}
            return ", ".join(f"{name}={cell(name, entry)}" for name, entry in given.items())
    return _figure(value)


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _text(key: str, value: str) -> str:
    if _INSTANT.match(value):
        return people_time(datetime.fromisoformat(value))
    if key == "actor":
        return acting(_, value)
    if key == "specialist":
        return label(f"{value}-specialist")  # the field's own word is also that of a segment
    if value in WORDS.get(key, ()):
        return _(WORDS[key][value])
    return label(value) if key in LABELLED else " ".join(value.split())


def people_time(moment: datetime) -> str:
    """An instant as the clock on the wall shows it."""
    return moment.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")


def _nested(value: Any) -> bool:
    """What does not fit into one line of a record: a list of objects."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
