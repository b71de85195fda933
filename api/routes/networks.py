"""Network segments: `/v1/networks`."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes.resources import add_resource
from api.schemas.networks import NetworkOut
from cloudctl.domain.networks import Network
from cloudctl.ports.queries.rows import NetworkRow

router = APIRouter(tags=["networks"])

add_resource(router, Network, NetworkRow, NetworkOut, of=lambda queries: queries.networks)
