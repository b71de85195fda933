"""Network segments."""

from __future__ import annotations

from api.schemas.resources import ResourceOut


class NetworkOut(ResourceOut, frozen=True, kw_only=True):
    """A segment; `vlan` on clouds whose segments are VLANs."""

    cidr_v4: str
    cidr_v6: str | None
    vlan: int | None
