"""A web server that answers as Keystone, Nova and its neighbours do, with servers in the shape of a real listing.

python -m tests.bench.nova PORT SERVERS      # the lab's cloud cannot hold a thousand servers: its answer is imitated

One server in the shape of Nova 2.96's listing for an administrator, written by hand after its reference, is varied by
number.
The neighbours' lists are empty but for one port a server. Pages are made before the first request.
"""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

PROJECT, USER, NETWORK = (
    "0f3b1c2d4e5f60718293a4b5c6d7e8f9",
    "9a8b7c6d5e4f30211203f4e5d6c7b8a9",
    str(uuid5(NAMESPACE_URL, "net")),
)
SERVER: dict[str, Any] = {
    "status": "ACTIVE",
    "tenant_id": PROJECT,
    "user_id": USER,
    "metadata": {"owner": "fgw", "backup": "daily"},
    "hostId": "b5b0c1d6e3a94f0d8c7b6a5948372615f4e3d2c1b0a99887766554433221100f",
    "image": {"id": "70a599e0-31e7-49b7-b260-868f441e862b", "links": []},
    "flavor": {
        "vcpus": 2,
        "ram": 4096,
        "disk": 40,
        "ephemeral": 0,
        "swap": 0,
        "original_name": "m1.medium",
        "extra_specs": {"hw:mem_page_size": "any"},
    },
    "created": "2026-03-02T08:15:30Z",
    "updated": "2026-10-30T02:44:11Z",
    "accessIPv4": "",
    "accessIPv6": "",
    "OS-DCF:diskConfig": "MANUAL",
    "progress": 0,
    "OS-EXT-AZ:availability_zone": "nova",
    "config_drive": "True",
    "key_name": "ops",
    "OS-SRV-USG:launched_at": "2026-03-02T08:15:41.000000",
    "OS-SRV-USG:terminated_at": None,
    "security_groups": [{"name": "default"}],
    "OS-EXT-SRV-ATTR:host": "compute-1",
    "OS-EXT-SRV-ATTR:reservation_id": "r-3h2k1j0g",
    "OS-EXT-SRV-ATTR:launch_index": 0,
    "OS-EXT-SRV-ATTR:kernel_id": "",
    "OS-EXT-SRV-ATTR:ramdisk_id": "",
    "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
    "OS-EXT-SRV-ATTR:user_data": None,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": "compute-1",
    "OS-EXT-STS:task_state": None,
    "OS-EXT-STS:vm_state": "active",
    "OS-EXT-STS:power_state": 1,
    "os-extended-volumes:volumes_attached": [
        {"id": "5a1f2b3c-4d5e-4f60-8172-93a4b5c6d7e8", "delete_on_termination": False}
    ],
    "locked": False,
    "locked_reason": None,
    "description": "document exchange, node 1",
    "tags": ["extranet", "mlps2"],
    "trusted_image_certificates": None,
    "host_status": "UP",
    "server_groups": [],
}


def server(number: int, base: str) -> dict[str, Any]:
    """The server of this number."""
    made = deepcopy(SERVER)
    name = f"doc-exchange-{number:05}"
    native_id = str(uuid5(NAMESPACE_URL, name))
    links = [{"rel": rel, "href": f"{base}/servers/{native_id}"} for rel in ("self", "bookmark")]
    fixed = {
        "version": 4,
        "addr": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "OS-EXT-IPS:type": "fixed",
        "OS-EXT-IPS-MAC:mac_addr": f"fa:16:3e:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
    }
    made |= {"id": native_id, "name": name, "links": links, "addresses": {"extranet-net": [fixed]}}
    made["OS-EXT-SRV-ATTR:instance_name"] = f"instance-{number:08x}"
    made["OS-EXT-SRV-ATTR:hostname"] = name
    return made


class Handler(BaseHTTPRequestHandler):
    """Answers what the two readers ask."""

    protocol_version = "HTTP/1.1"
    base: ClassVar[str] = ""
    servers: ClassVar[list[dict[str, Any]]] = []
    pages: ClassVar[dict[tuple[str, int], bytes]] = {}

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        services = {"identity": "/v3", "compute": "/v2.1", "image": "", "network": "", "block-storage": "/v3"}
        catalogue = [
            {
                "type": kind,
                "name": kind,
                "id": kind,
                "endpoints": [
                    {
                        "interface": "public",
                        "url": f"{self.base}/{kind}{path}",
                        "region": "R",
                        "region_id": "R",
                        "id": kind,
                    }
                ],
            }
            for kind, path in services.items()
        ]
        token = {
            "methods": ["password"],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "user": {"id": USER, "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": PROJECT, "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": "1", "name": "admin"}],
            "catalog": catalogue,
        }
        self._send(201, json.dumps({"token": token}).encode(), {"X-Subject-Token": "bench"})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        _, kind, *rest = url.path.rstrip("/").split("/")
        query = parse_qs(url.query)
        self._send(200, self._answer(kind, rest, query))

    def _answer(self, kind: str, rest: list[str], query: dict[str, list[str]]) -> bytes:
        last = rest[-1] if rest else ""
        if last in ("", "v3", "v2.1", "v2", "v2.0"):
            return json.dumps(self._versions(kind, last)).encode()
        if kind == "compute" and rest[-2:] == ["servers", "detail"]:
            return self._page(int(query.get("limit", ["1000"])[0]), query.get("marker", [""])[0])
        if kind == "network" and last == "ports":
            ports = [{"id": each["id"], "device_id": each["id"], "network_id": NETWORK} for each in self.servers]
            return json.dumps({"ports": ports}).encode()
        member = rest[-2] if last == "detail" else last
        return json.dumps({member: [{"id": PROJECT, "name": "admin"}] if member == "projects" else []}).encode()

    def _page(self, limit: int, marker: str) -> bytes:
        if (marker, limit) not in self.pages:
            start = next((i + 1 for i, each in enumerate(self.servers) if each["id"] == marker), 0)
            page: dict[str, Any] = {"servers": self.servers[start : start + limit]}
            if start + limit < len(self.servers):
                href = f"{self.base}/compute/v2.1/servers/detail?limit={limit}&marker={page['servers'][-1]['id']}"
                page["servers_links"] = [{"rel": "next", "href": href}]
            self.pages[marker, limit] = json.dumps(page).encode()
        return self.pages[marker, limit]

    def _versions(self, kind: str, path: str) -> dict[str, Any]:
        known = {
            "identity": ("v3.14", "/v3"), "compute": ("v2.1", "/v2.1"), "image": ("v2.16", "/v2"),
            "network": ("v2.0", "/v2.0"), "block-storage": ("v3.0", "/v3"),
        }  # fmt: skip
        name, where = known[kind]
        links = [{"rel": "self", "href": f"{self.base}/{kind}{where}/"}]
        newest = {"compute": "2.96", "block-storage": "3.71"}.get(kind, "")
        version = {"id": name, "status": "CURRENT", "links": links, "version": newest, "min_version": newest and "2.1"}
        if kind == "block-storage":
            version["min_version"] = "3.0"
        if kind == "identity":
            version = {"id": name, "status": "stable", "links": links, "media-types": []}
            return {"version": version} if path else {"versions": {"values": [version]}}
        return {"version": version} if path and kind != "block-storage" else {"versions": [version]}

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main(port: int, servers: int) -> None:
    """Serves until it is ended."""
    Handler.base = f"http://127.0.0.1:{port}"
    Handler.servers = [server(number, f"{Handler.base}/compute/v2.1") for number in range(servers)]
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
