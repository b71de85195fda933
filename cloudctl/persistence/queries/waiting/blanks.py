"""What a row of the to-do list lacks. Cast, because a union takes the type of its first parts, and nothing has none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, Uuid, cast, null

from cloudctl.persistence.types import Instant

NO_DATE: ColumnElement[Any] = cast(null(), Instant)
NO_ORDER: ColumnElement[Any] = cast(null(), Uuid)
NO_TEXT: ColumnElement[Any] = cast(null(), Text)
NO_COUNT: ColumnElement[Any] = cast(null(), Integer)
