"""The address plan, and floating addresses."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out, Zone
from api.schemas.resources import ResourceOut


class SupernetIn(In):
    """A block to cut a zone's segments from; blocks of all zones are disjoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"zone": "extranet", "cidr": "10.8.0.0/16"}]})

    zone: Zone
    cidr: Annotated[str, Field(min_length=4, max_length=43)]


class SupernetOut(Out, frozen=True, kw_only=True):
    """A block of a zone."""

    id: UUID
    zone: str
    cidr: str


class AddressOut(ResourceOut, frozen=True, kw_only=True):
    """A floating address."""

    server_id: UUID
    address: str | None
