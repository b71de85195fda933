"""Base: what a list answers, one per line."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Row(msgspec.Struct, frozen=True):
    """Base: what a list answers, one per line."""

    FILTERS: ClassVar[frozenset[str]] = frozenset()
