"""Answers in the shape of NetBox 4.3, written by hand after its documentation; two rows a page, pages of two."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx

TOKEN = "0123456789abcdef"
URL = "https://netbox.example/base/"


def chosen(value: str) -> dict[str, str]:
    return {"value": value, "label": value.title()}


def named(number: int, slug: str) -> dict[str, Any]:
    return {"id": number, "url": f"{URL}api/x/{number}/", "display": slug, "name": slug, "slug": slug}


def device(number: int, name: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "name": name, "asset_tag": None, "role": named(1, "server"), "tenant": None, "serial": "",
        "device_type": {"id": 1, "manufacturer": named(1, "inspur"), "model": "NF5280M6", "slug": "nf5280m6"},
        "site": named(1, "jf-a"), "rack": {"id": 1, "name": "A01"}, "position": 1.0, "status": chosen("active"),
        "primary_ip": {"id": 1, "address": "10.1.1.1/24", "family": {"value": 4}}, **more,
    }  # fmt: skip


ANSWERS: dict[str, list[dict[str, Any]]] = {
    "dcim/device-types/": [
        {"id": 1, "model": "NF5280M6", "u_height": 2.0},
        {"id": 2, "model": "S5735", "u_height": 1.0},
        {"id": 3, "model": "blade", "u_height": 0.0},
    ],
    "dcim/sites/": [
        {
            **named(1, "jf-a"), "name": "中心机房", "status": chosen("active"), "tenant": None,
            "physical_address": "香港中路 11 号\r\n3 楼",
        },
        {**named(2, "jf-b"), "status": chosen("planned"), "tenant": named(7, "czj"), "physical_address": ""},
        {**named(3, "jf-c"), "status": chosen("active"), "tenant": named(8, "elsewhere"), "physical_address": ""},
    ],
    "dcim/racks/": [
        {"id": 1, "name": "A01", "site": named(1, "jf-a"), "u_height": 42},
        {"id": 2, "name": "A01", "site": named(3, "jf-c"), "u_height": 10},
    ],
    "dcim/devices/": [
        device(1, "srv-1", serial="S1"),
        device(2, "srv-2", position=2.0),
        device(3, None, status=chosen("offline"), position=5.0, primary_ip=None),
        device(4, "sw-1", role=named(2, "core-switch"), position=10.0, asset_tag="ZC-4",
               device_type={"id": 2, "manufacturer": named(2, "huawei"), "model": "S5735", "slug": "s"}),
        device(5, "to-come", status=chosen("planned")),
    ],
    "ipam/prefixes/": [
        {"id": 1, "prefix": "10.8.3.0/24", "status": chosen("active"), "description": "OA"},
        {"id": 2, "prefix": "10.8.4.0/24", "status": chosen("container"), "description": ""},
        {"id": 3, "prefix": "192.168.0.0/24", "status": chosen("active"), "description": ""},
    ],
}  # fmt: skip


def transport(asked: list[httpx.Request], *, page: int = 2, status: int = 200) -> httpx.MockTransport:
    """Answers in pages of `page` rows; the next one is named by an address as it looks behind a proxy."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if status != 200:
            return httpx.Response(status, json={"detail": "Invalid token"})
        rows = ANSWERS[request.url.path.partition("/api/")[2]]
        offset = int(parse_qs(request.url.query.decode()).get("offset", ["0"])[0])
        more = offset + page < len(rows)
        following = f"http://inside:8001/api/?limit={page}&offset={offset + page}&ordering=id" if more else None
        body = {"count": len(rows), "next": following, "previous": None, "results": rows[offset : offset + page]}
        return httpx.Response(200, json=body)

    return httpx.MockTransport(answer)
