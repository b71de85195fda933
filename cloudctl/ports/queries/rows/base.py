"""Base: what a list answers, one per line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec


class Row(msgspec.Struct, frozen=True):
    """Base: what a list answers, one per line."""

    FILTERS: ClassVar[frozenset[str]] = frozenset()
    MEANINGS: ClassVar[Mapping[str, str]] = {}  # of filters that ask for more than equality
    AS_OF: ClassVar[bool] = False  # whether the list can be asked for as it stood on a day
