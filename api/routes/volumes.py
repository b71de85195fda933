"""Volumes: `/v1/volumes`."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes.resources import add_resource
from api.schemas.volumes import VolumeOut
from cloudctl.domain.volumes import Volume
from cloudctl.ports.queries.rows import VolumeRow

router = APIRouter(tags=["volumes"])

add_resource(router, Volume, VolumeRow, VolumeOut, of=lambda queries: queries.volumes)
