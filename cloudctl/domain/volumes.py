"""Volumes (云硬盘)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, ResourceKind


@dataclass(kw_only=True, eq=False)
class Volume(Resource):
    """A data volume on record; `server_id` names the server it belongs to, if any. An adopted one has no type."""

    KIND: ClassVar[ResourceKind] = ResourceKind.VOLUME

    size_gib: int
    volume_type: str | None
    server_id: UUID | None = None

    @property
    def footprint(self) -> Demand:
        """Its size."""
        return Demand({Dimension.VOLUME_GIB: self.size_gib})


class VolumeStatus(StrEnum):
    """A cloud's word for a volume, reduced to what decisions need."""

    BUILDING = "building"
    AVAILABLE = "available"
    IN_USE = "in-use"
    CHANGING = "changing"
    ERROR = "error"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRequest:
    """What a cloud is asked to make."""

    key: UUID
    tenant: str
    name: str
    size_gib: int
    volume_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFact:
    """What a cloud reports; `server` is the backend id of the server it is attached to, `fault` the cloud's words."""

    key: UUID | None
    backend_id: str
    name: str
    status: VolumeStatus
    size_gib: int
    server: str | None = None
    fault: str | None = None
