"""Plain data as block-style YAML, without a YAML library: what JSON can say, laid out for people.

>>> print(blocks({"name": "档案 web", "count": 2, "disks": [{"size_gib": 100}], "keys": []}))
name: 档案 web
count: 2
disks:
- size_gib: 100
keys: []
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

# A text that every YAML reader takes for a text although it stands without quotes.
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff./-]*( [\w\u4e00-\u9fff./-]+)*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def blocks(value: Any) -> str:
    """The document, without a line end after it."""
    return "\n".join(_lines(value))


def _lines(value: Any) -> Iterator[str]:
    match value:
        case dict() if value:
            for key, entry in value.items():
                yield from _entry(f"{_scalar(key)}:", entry)
        case list() if value:
            for entry in value:
                first, *rest = _lines(entry)
                yield f"- {first}"
                yield from (f"  {line}" for line in rest)
        case _:
            yield _scalar(value)


def _entry(head: str, value: Any) -> Iterator[str]:
    """A key with its value: behind it, or below it when it has lines of its own."""
    if value and isinstance(value, Mapping | list):
        yield head
        indent = "" if isinstance(value, list) else "  "
        yield from (indent + line for line in _lines(value))
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return quoted if "." in quoted else quoted.replace("e", ".0e")  # 1e-05 is a text to YAML 1.1
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
