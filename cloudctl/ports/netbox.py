"""What another register of rooms knows: NetBox, read over its REST API, nothing written back."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A site, which is a room here; `tenant` is the slug of whose it is, `status` NetBox's own word."""

    slug: str
    name: str
    status: str
    tenant: str | None = None
    address: str = ""


class SiteRack(msgspec.Struct, frozen=True, kw_only=True):
    """A rack of a site; `name` is its own within the site."""

    site: str
    name: str
    units: int


class SiteDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device; `unit` is the lowest of its rack that it takes, `units` its height as its type has it."""

    id: int
    name: str | None
    asset_tag: str | None
    site: str
    rack: str | None
    unit: int | None
    units: int | None
    role: str
    status: str
    tenant: str | None
    vendor: str
    model: str
    serial: str
    addresses: list[str]


class SitePrefix(msgspec.Struct, frozen=True, kw_only=True):
    """A prefix that is on record there."""

    cidr: str
    status: str
    description: str = ""


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as it was read; each in the order of its ids."""

    sites: list[Site]
    racks: list[SiteRack]
    devices: list[SiteDevice]
    prefixes: list[SitePrefix]


class Netbox(Protocol):
    """Reads NetBox."""

    def read(self, url: str, token: str) -> Stock:
        """Everything, page after page; raises Invalid for an address or a token that does not do."""
        ...
