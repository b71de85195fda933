"""An installation to measure: a real `cloudctl serve`, with the people and the catalogue that an order needs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from cloudctl.bootstrap import App, build
from cloudctl.domain.accounts import Role
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.services import accounts, addresses, catalogue, clouds, departments, quotas, systems, tokens
from cloudctl.settings import load
from tests.bench.servers import await_http, cloudctl, free_port, process
from tests.lab.openstack import Lab

DELIVERY_S = 900


@dataclass(slots=True)
class Installation:
    """A running server: where it listens, its process, people's tokens."""

    url: str
    port: int
    pid: int
    tokens: dict[str, str]
    system: str

    def call(self, who: str, method: str, path: str, body: object = None) -> Any:
        """One request; raises RuntimeError for a refusal."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        connection.request(method, f"/v1{path}", None if body is None else dumps(body), headers)
        response = connection.getresponse()
        answer = loads(response.read() or b"null")
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer}")
        return answer

    def deliver(self, *, servers: int, disk_gib: int = 1) -> str:
        """An order of `servers`, each with a volume, on one segment, approved and built; answers its id."""
        order = self.call("officer", "POST", "/orders?submit=true", self.form(servers, disk_gib))
        self.call("head", "POST", f"/orders/{order['id']}/sign-off", {})
        self.approve(order["id"])
        self.await_delivery(order["id"])
        return str(order["id"])

    def approve(self, order_id: str) -> None:
        """Approves, unless policy did so already."""
        if self.call("office", "GET", f"/orders/{order_id}")["state"] == "signed_off":
            self.call("office", "POST", f"/orders/{order_id}/approve", {})

    def await_delivery(self, order_id: str) -> None:
        """Waits until the order is delivered; raises RuntimeError when it ends otherwise."""
        deadline = time.monotonic() + DELIVERY_S
        while time.monotonic() < deadline:
            order = self.call("office", "GET", f"/orders/{order_id}")
            if order["state"] == "delivered":
                return
            if order["state"] in {"failed", "attention", "cancelled"}:
                raise RuntimeError(f"{order['state']}: {order.get('last_error')}")
            time.sleep(0.2)
        raise RuntimeError("not delivered in time")

    def form(self, servers: int, disk_gib: int) -> dict[str, Any]:
        """The application."""
        return {
            "system_id": self.system, "title": "bench", "purpose": "bench", "zone": "extranet", "backup": "daily",
            "project_document": "bench", "no_state_secrets": True, "contact_name": "bench", "contact_phone": "0",
            "items": [
                {"kind": "network", "name": "net", "prefix_length": 24, "term_months": 12},
                {
                    "kind": "server", "name": "bench-vm", "count": servers, "specification": "tiny",
                    "image": "debian-12", "network": "net", "disks": [{"size_gib": disk_gib}], "term_months": 12,
                },
            ],
        }  # fmt: skip


@contextmanager
def on_openstack(lab: Lab, environment: dict[str, str] | None = None) -> Iterator[Installation]:
    """Serving the lab's OpenStack."""
    env = {"CLOUDCTL_CLOUDS_FILE": str(lab.clouds_yaml), **lab.environment(), **(environment or {})}
    with _serving(CloudKind.OPENSTACK, "lab", lab.external_network, env) as installation:
        yield installation


@contextmanager
def on_simulated() -> Iterator[Installation]:
    """Serving a simulated cloud."""
    with _serving(CloudKind.SIMULATED, "sim-1", None, {}) as installation:
        yield installation


@contextmanager
def _serving(kind: CloudKind, code: str, external: str | None, env: dict[str, str]) -> Iterator[Installation]:
    with TemporaryDirectory() as directory:
        app = build(load({}, {"data_dir": directory}))
        app.prepare()
        people, system = _seed(app, kind, code, external)
        app.stop()
        port = free_port()
        settings = {"CLOUDCTL_DATA_DIR": directory, "CLOUDCTL_LOG_LEVEL": "WARNING", **env}
        with process(cloudctl("serve", "--port", str(port)), settings, Path(directory, "serve.log")) as pid:
            await_http(port, "/readyz")
            yield Installation(url=f"http://127.0.0.1:{port}", port=port, pid=pid, tokens=people, system=system)


def _seed(app: App, kind: CloudKind, code: str, external: str | None) -> tuple[dict[str, str], str]:
    ctx, seed = app.context, platform("bench")
    catalogue.put(ctx, seed, "zones", "extranet", {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3})
    tiny = {"name": "tiny", "vcpu": 1, "memory_mib": 512, "root_disk_gib": 1}
    catalogue.put(ctx, seed, "specifications", "tiny", tiny)
    catalogue.put(
        ctx, seed, "images", "debian-12",
        {"name": "Debian 12", "os_family": "Debian", "architecture": "x86_64", "min_disk_gib": 1,
         "login_user": "debian", "names": {}},
    )  # fmt: skip
    catalogue.put(ctx, seed, "volume-types", "standard", {"name": "standard", "names": {}})
    clouds.register(
        ctx, seed, code=code, name=code, kind=kind, zones=frozenset({"extranet"}), capacity={},
        external_network=external,
    )  # fmt: skip
    for cidr in ("10.64.0.0/12", "fd00:64::/40"):
        addresses.add_supernet(ctx, seed, zone="extranet", cidr=cidr)
    department = departments.create(ctx, seed, code=f"bench-{uuid4().hex[:8]}", name="bench", level=Level.CITY)
    for dimension in Dimension:
        quotas.set_limit(
            ctx, seed, department_id=department.id, cloud=code, zone="extranet", dimension=dimension, limit=1_000_000
        )
    system = systems.create(
        ctx, seed, code="bench", name="bench", mlps_level=2, no_state_secrets=True, department_id=department.id
    )
    people = {}
    for login, role, own in (
        ("officer", Role.DEPARTMENT_OFFICER, department.id),
        ("head", Role.DEPARTMENT_HEAD, department.id),
        ("office", Role.OFFICE_ADMIN, None),
    ):
        account = accounts.create(
            ctx, seed, login=login, name=login, email="", department_id=own, roles=frozenset({role})
        )
        _, people[login] = tokens.issue(ctx, seed, account.id, name="bench")
    return people, str(system.id)
