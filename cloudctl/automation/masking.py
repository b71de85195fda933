"""Masking what a run was handed, wherever it shows up and in whatever dress.

>>> Mask({"app_secrets": {"A": {"password": "hunter2 & co"}}}).text("it is 'hunter2 & co', hunter2%20%26%20co")
"it is '***', ***"
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

MASK = "***"
SHORTEST = 4  # shorter ones would mask half of every line
SHORTEST_LINE = 8


class Mask:
    """Masks every text that stands anywhere in `secrets`, by the longest first."""

    def __init__(self, secrets: Any) -> None:
        dresses = {dress for text in set(_texts(secrets)) for dress in _dresses(text)}
        longest_first = sorted(dresses, key=len, reverse=True)
        self._found = re.compile("|".join(map(_folded, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """`text` without them."""
        return text if self._found is None else self._found.sub(MASK, text)

    def data(self, value: Any) -> Any:
        """A copy of plain data without them."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(str(key)): self.data(part) for key, part in value.items()}
            case list() | tuple():
                return [self.data(part) for part in value]
        return value


def _folded(text: str) -> str:
    """The pattern of a text, which YAML may have broken at a blank."""
    return r"\s+".join(map(re.escape, text.split(" ")))


def _texts(secrets: Any) -> Iterator[str]:
    """Every text, and of those with several lines each line that says something: logs are told line by line."""
    match secrets:
        case str():
            if len(secrets.strip()) >= SHORTEST:
                yield secrets.strip()
                lines = secrets.strip().splitlines()
                if len(lines) > 1:
                    yield from (line.strip() for line in lines if len(line.strip()) >= SHORTEST_LINE)
        case Mapping():
            for part in secrets.values():
                yield from _texts(part)
        case list() | tuple():
            for part in secrets:
                yield from _texts(part)
        case int() | float() if not isinstance(secrets, bool):
            yield from _texts(str(secrets))


def _dresses(text: str) -> Iterator[str]:
    """The text as it stands, within JSON, YAML and a shell's words, up to three deep; in a URL, in base64."""
    dressed = {text}
    for _ in range(3):
        dressed |= {dress(one) for one in dressed for dress in QUOTING}
    yield from dressed
    yield from (quote(text), quote(text, safe=""))
    for variant in (text, text + "\n"):
        yield b64encode(variant.encode()).decode().rstrip("=")
    for shift in (1, 2):  # in the middle of something longer
        inside = b64encode(b"\0" * shift + text.encode()).decode()[4:-4]
        if len(inside) >= SHORTEST_LINE:
            yield inside


QUOTING: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: text.replace("'", "''"),
    lambda text: text.replace("'", "'\"'\"'"),
)
