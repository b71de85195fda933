"""Servers. User data is write-only: it is in no answer."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out
from api.schemas.resources import ResourceOut


class ServerOut(ResourceOut, frozen=True, kw_only=True):
    """A server."""

    specification: str | None
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    image: str | None
    network_id: UUID | None
    ssh_keys: list[str]
    fixed_addresses: list[str]
    power: str


class SnapshotIn(In):
    """A snapshot to take."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "before-upgrade"}]})

    name: Annotated[str, Field(min_length=1, max_length=200)]


class SnapshotOut(Out, frozen=True, kw_only=True):
    """A snapshot that the cloud has begun: the image's id there."""

    image: str

    @classmethod
    def of(cls, image: str) -> Self:
        """This shape of an image's id."""
        return cls(image=image)


class ConsoleOut(Out, frozen=True, kw_only=True):
    """A console's address; it ends after a few minutes and is for the asker alone."""

    url: str

    @classmethod
    def of(cls, url: str) -> Self:
        """This shape of an address."""
        return cls(url=url)
