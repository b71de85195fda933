"""What a CEL expression reads of the facts, told from its words: so that it is asked again only when that has changed.

>>> reads("totals.vcpu > 4 && items.exists(i, i.kind == 'server')", ["i", "items", "totals"])
[('i', ('kind',)), ('items', ('*', 'kind')), ('totals', ('vcpu',))]
>>> seen([("totals", ("vcpu",))], {"totals": {"vcpu": 8, "servers": 1}, "today": "2026-11-22"})
{'totals': {'vcpu': 8}}

Wherever the words leave a doubt, all of a variable counts as read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Read = tuple[str, tuple[str, ...] | None]
"""A variable and the fields that are read of it, with EACH of each of its elements; None: all of it."""

EACH = "*"

_TOKEN = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*|\d[\w.]*|\S""")
_DOUBTFUL = re.compile(r"""\b[rRbB]+["']|\"{3}|'{3}|//|`""")  # texts that end otherwise, comments, quoted names
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_LOOPS = frozenset({"all", "exists", "exists_one"})
_RESERVED = frozenset({"true", "false", "null", "in"})


def reads(source: str, variables: Iterable[str]) -> list[Read]:
    """What an expression reads of its `variables`, which are those that CEL finds in it."""
    found = {} if _DOUBTFUL.search(source) else _fields(source)
    return [(name, found.get(name)) for name in sorted(variables) if name not in found or found[name] != ()]


def _fields(source: str) -> dict[str, tuple[str, ...] | None]:
    tokens = ["", "", *_TOKEN.findall(source), *[""] * 7]
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    ranges: defaultdict[str, set[str]] = defaultdict(set)
    for place, token in enumerate(tokens):
        if not _is_variable(tokens, place):
            continue
        dot, field, bracket, loop, comma, _, second = tokens[place + 1 : place + 8]
        if _is_loop_variable(tokens, place):
            ranges[token] |= set()
        elif dot == "." and _NAME.match(field) and bracket != "(":
            found[token].add(field)
        elif dot == "." and field in _LOOPS and bracket == "(" and _NAME.match(loop) and comma == "," != second:
            ranges[loop].add(token)
            found[token].add(EACH)
        else:
            found[token].add(None)
    for loop, names in ranges.items():
        for name in names:
            found[name] |= found.get(loop, set())
    return {
        name: None if None in fields else tuple(sorted(field for field in fields if field))
        for name, fields in sorted(found.items())
    }


def united(several: Iterable[Iterable[Read]]) -> list[Read]:
    """What several expressions read, all of them together."""
    found: dict[str, tuple[str, ...] | None] = {}
    for name, fields in (read for each in several for read in each):
        before = found.setdefault(name, fields)
        if before is None or fields is None or (EACH in before) != (EACH in fields):
            found[name] = None
        else:
            found[name] = tuple(sorted({*before, *fields}))
    return sorted(found.items(), key=lambda read: read[0])


def seen(found: Iterable[Read], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the facts that is read."""
    return {name: part(facts[name], fields) for name, fields in found if name in facts}


def part(value: Any, fields: tuple[str, ...] | None) -> Any:
    """Of a variable's value what is read."""
    if fields is None:
        return value
    if EACH not in fields and isinstance(value, dict):
        return {field: value[field] for field in fields if field in value}
    if EACH in fields and isinstance(value, list) and all(isinstance(element, dict) for element in value):
        return [{field: element[field] for field in fields if field in element} for element in value]
    return value


def _is_variable(tokens: list[str], place: int) -> bool:
    """A name that is no function's, and no field's of what stands before its dot."""
    if not _NAME.match(tokens[place]) or tokens[place] in _RESERVED or tokens[place + 1] == "(":
        return False
    before, dot = tokens[place - 2 : place]
    return dot != "." or not (_NAME.match(before) or before[-1:] in {")", "]", "}", '"', "'"})


def _is_loop_variable(tokens: list[str], place: int) -> bool:
    """Where a loop names what stands for each element."""
    return tokens[place - 1] == "(" and tokens[place + 1] == "," and tokens[place - 2] in _LOOPS
