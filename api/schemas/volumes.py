"""Volumes."""

from __future__ import annotations

from uuid import UUID

from api.schemas.resources import ResourceOut


class VolumeOut(ResourceOut, frozen=True, kw_only=True):
    """A volume; `server_id` is the server it belongs to, if any."""

    size_gib: int
    volume_type: str | None
    server_id: UUID | None
