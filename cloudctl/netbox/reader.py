"""ports.netbox.Netbox over HTTP: pages of JSON into typed rows.

A page names the next one by an address of its own making; only its query is followed, so that the token goes nowhere
but to the address that was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from cloudctl.domain.errors import Invalid
from cloudctl.ports.netbox import Site, SiteDevice, SitePrefix, SiteRack, Stock

DEVICES = "dcim/devices/"
PAGE = 500
MOST_PAGES = 400
TIMEOUT_S = 30.0
T = TypeVar("T")
Json = dict[str, Any]


class HttpNetbox:
    """Opens a client for each reading; `transport` stands in for the network in tests."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport

    def read(self, url: str, token: str) -> Stock:
        """Everything, page after page; raises Invalid for an address or a token that does not do."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise Invalid("{url} is no address of a NetBox.", field="url", way_out="Write https://host/", url=url[:100])
        kind = "Bearer" if token.startswith("nbt_") else "Token"  # from 4.5 on tokens say what they are
        headers = {"Authorization": f"{kind} {token}", "Accept": "application/json"}
        base = f"{url.rstrip('/')}/api/"
        with httpx.Client(
            base_url=base, headers=headers, timeout=TIMEOUT_S, transport=self._transport, trust_env=False
        ) as client:
            try:
                return _stock(client)
            except httpx.HTTPStatusError as error:
                raise _no_netbox(url, f"HTTP {error.response.status_code}") from error
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise _no_netbox(url, f"{type(error).__name__} {error}") from error
            except httpx.HTTPError as error:
                raise Invalid(
                    "{url} does not answer: {reason}.", field="url",
                    way_out="Check the address, and that this server reaches it.", url=url[:100],
                    reason=(str(error) or type(error).__name__)[:100],
                ) from error  # fmt: skip


def _no_netbox(url: str, reason: str) -> Invalid:
    return Invalid(
        "{url} does not answer as a NetBox does: {reason}.", field="url",
        way_out="Give the address of its start page.", url=url[:100], reason=reason[:100],
    )  # fmt: skip


def _stock(client: httpx.Client) -> Stock:
    heights = {row["id"]: row["u_height"] for row in _rows(client, "dcim/device-types/")}
    sites = _all(client, "dcim/sites/", _site)
    racks, names = list(_rows(client, "dcim/racks/")), _Names()
    called = {row["id"]: names.of(row) for row in racks}
    return Stock(
        sites=sites,
        racks=[_rack(row, called) for row in racks],
        devices=_all(client, DEVICES, lambda row: _device(row, heights, called)),
        prefixes=_all(client, "ipam/prefixes/", _prefix),
    )


class _Names:
    """What racks are called within their site: NetBox keeps names apart within a location of it only."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def of(self, row: Json) -> str:
        """Its name, and where an earlier one has that already, with the location before it."""
        site, name = row["site"]["slug"], row["name"]
        if (site, name) in self._taken:
            name = f"{(row.get('location') or {}).get('slug', row['id'])}/{name}"
        self._taken.add((site, name))
        return str(name)


def _all(client: httpx.Client, path: str, shape: Callable[[Json], T]) -> list[T]:
    return [shape(row) for row in _rows(client, path)]


def _rows(client: httpx.Client, path: str) -> Iterator[Json]:
    query = f"limit={PAGE}&ordering=id"
    if path == DEVICES:
        query += "&exclude=config_context"  # which NetBox would work out for each, and which may hold secrets
    for _ in range(MOST_PAGES):
        response = client.get(path, params=httpx.QueryParams(query))
        if response.status_code in {401, 403}:
            raise Invalid(
                "NetBox does not take the token for {path}: {reason}", field="token",
                way_out="Give one that may read dcim and ipam.", path=path, reason=_detail(response),
            )  # fmt: skip
        response.raise_for_status()
        page: Json = response.json()
        yield from page["results"]
        if page["next"] is None:
            return
        query = urlsplit(page["next"]).query
    raise Invalid("NetBox has more than {most} pages of {path}.", field="url", way_out="Import it in parts.",
                  most=MOST_PAGES, path=path)  # fmt: skip


def _detail(response: httpx.Response) -> str:
    """What NetBox says of a refusal, else its number; never the token, whoever answers."""
    token = response.request.headers["Authorization"].partition(" ")[2]
    try:
        return str(response.json()["detail"]).replace(token, "…")[:100]
    except (KeyError, TypeError, ValueError):
        return f"HTTP {response.status_code}."


def _site(row: Json) -> Site:
    return Site(
        slug=row["slug"],
        name=row["name"],
        status=row["status"]["value"],
        tenant=_slug(row.get("tenant")),
        address=" ".join((row.get("physical_address") or "").split()),
    )


def _rack(row: Json, called: dict[int, str]) -> SiteRack:
    return SiteRack(site=row["site"]["slug"], name=called[row["id"]], units=int(row["u_height"]))


def _device(row: Json, heights: dict[int, float], called: dict[int, str]) -> SiteDevice:
    kind, height = row["device_type"], heights.get(row["device_type"]["id"])
    stands = row.get("rack")
    rack = None if stands is None else called.get(stands["id"])  # one that the token does not show is none
    return SiteDevice(
        id=row["id"],
        name=row.get("name"),
        asset_tag=row.get("asset_tag"),
        site=row["site"]["slug"],
        rack=rack,
        unit=None if rack is None or row.get("position") is None else int(row["position"]),
        units=None if not height else max(1, round(height)),
        role=(row.get("role") or row.get("device_role") or {}).get("slug", ""),  # its name until 3.6, and since
        status=row["status"]["value"],
        tenant=_slug(row.get("tenant")),
        vendor=kind["manufacturer"]["name"],
        model=kind["model"],
        serial=row.get("serial") or "",
        addresses=[row[own]["address"].partition("/")[0] for own in ("primary_ip4", "primary_ip6") if row.get(own)],
    )


def _prefix(row: Json) -> SitePrefix:
    return SitePrefix(cidr=row["prefix"], status=row["status"]["value"], description=row.get("description") or "")


def _slug(tenant: Json | None) -> str | None:
    return None if tenant is None else str(tenant["slug"])
