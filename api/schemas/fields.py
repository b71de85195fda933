"""The bases of all schemas, and the field types that several share."""

from __future__ import annotations

from typing import Annotated, Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
Line = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
MlpsLevel = Annotated[int, Field(ge=1, le=5)]

UNSET: Any = None
"""Stands where a change may leave a field out; it never reaches a use case."""


class In(BaseModel):
    """What is sent: unknown fields are refused, white space around texts is dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    def fields(self) -> dict[str, Any]:
        """Every field by name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def _no_defaults(schema: dict[str, Any]) -> None:
    for entry in schema.get("properties", {}).values():
        entry.pop("default", None)


class Changes(In):
    """A partial change: only the fields that are sent."""

    model_config = ConfigDict(json_schema_extra=_no_defaults)

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, null ones included."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Out(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered: the fields of the same names of a record."""

    @classmethod
    def of(cls, entity: Any) -> Self:
        """This shape of a record."""
        return cls(**cls.copied(entity))

    @classmethod
    def copied(cls, entity: Any, *derived: str) -> dict[str, Any]:
        """The fields that the record has under the same names: all but the `derived` ones."""
        return {name: getattr(entity, name) for name in cls.__struct_fields__ if name not in derived}
