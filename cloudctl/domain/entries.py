"""Values of rooms, racks, devices and accesses as they are kept, whether a form, a sheet or a program sent them.

>>> from cloudctl.domain.racks import FIELDS
>>> entered(FIELDS, {}, {"code": " Ａ01 ", "zone": None})
{'code': 'A01', 'zone': ''}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from cloudctl.domain.register import Kind, RegisterField, tidied

_NOTHING: dict[Kind, Any] = {Kind.TEXT: "", Kind.CODE: "", Kind.URL: "", Kind.YES: False}
Words = Mapping[str, type[StrEnum]]


def entered(fields: Iterable[RegisterField], words: Words, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by name: texts in their narrow form and "" where nothing is written, figures with one decimal.

    `words` are the enumerations of the fields that have one. What is no field stays as it is.
    """
    known = {field.name: field for field in fields}
    kept = dict(tidied(known.values(), values))
    return {name: _kept(known[name], words, value) if name in known else value for name, value in kept.items()}


def _kept(field: RegisterField, words: Words, value: Any) -> Any:
    if value is None:
        return [] if field.kind is Kind.LIST else None if field.required else _NOTHING.get(field.kind)
    if field.name in words:
        return words[field.name](value)
    match field.kind:
        case Kind.FIGURE:
            return round(float(value), 1)
        case Kind.LIST:
            return [str(entry).strip() for entry in value if str(entry).strip()]
    return value
