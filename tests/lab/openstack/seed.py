"""What every lab cloud starts with: service accounts and catalogue, images, flavours, an external network.

Plain HTTP by the standard library: the launcher depends on nothing that the tests' environment may lack.
"""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from typing import Any

from tests.lab.processes import LabError

from .config import EXTERNAL_NETWORK, REGION, SERVICE_USER
from .layout import ENDPOINT_PATHS, Settings

#: Names and seeds of the images; their bytes are random, for nothing ever boots them.
IMAGES = {"openeuler-24.03": 2403, "debian-12": 12}
IMAGE_BYTES = 16384

#: Name -> CPUs, memory in MiB, disk in GiB. cloudctl makes the flavours it needs itself.
FLAVORS = {"m1.tiny": (1, 512, 1), "m1.small": (1, 2048, 20), "m1.medium": (2, 4096, 40)}

#: Reserved for benchmarks of network devices, so never an address of anyone: 1,000 floating addresses.
EXTERNAL_CIDR = "198.18.0.0/22"

_SERVICES = {
    "image": "glance",
    "placement": "placement",
    "compute": "nova",
    "network": "neutron",
    "block-storage": "cinder",
}


class Client:
    """An administrator's session with the lab's services."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        user = {"name": "admin", "domain": {"id": "default"}, "password": settings.password}
        auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
        self._token = ""
        reply, headers = self._send("identity", "POST", "/auth/tokens", {"auth": auth})
        self._token = headers["X-Subject-Token"]
        self.project_id: str = reply["token"]["project"]["id"]

    def call(self, service: str, method: str, path: str, body: object = None) -> Any:
        """Send a request and return the decoded answer."""
        return self._send(service, method, path, body)[0]

    def _send(self, service: str, method: str, path: str, body: object) -> tuple[Any, Any]:
        raw = isinstance(body, bytes)
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._settings.endpoint(service) + path,
            data=data,
            method=method,
            headers={
                "X-Auth-Token": self._token,
                "Content-Type": "application/octet-stream" if raw else "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                content = answer.read()
                return (json.loads(content) if content else None), answer.headers
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")[:2000]
            raise LabError(f"{method} {service} {path}: {error.code} {text}") from error


def seed_identity(client: Client, settings: Settings) -> None:
    """The services' account and the catalogue: needed before the other services start."""
    call = client.call
    roles = {role["name"]: role["id"] for role in call("identity", "GET", "/roles")["roles"]}
    if "service" not in roles:
        made = call("identity", "POST", "/roles", {"role": {"name": "service"}})
        roles["service"] = made["role"]["id"]
    project = call("identity", "POST", "/projects", {"project": {"name": "service", "domain_id": "default"}})
    account = {
        "name": SERVICE_USER,
        "domain_id": "default",
        "password": settings.password,
        "default_project_id": project["project"]["id"],
    }
    user = call("identity", "POST", "/users", {"user": account})
    for role in ("admin", "service"):
        target = f"/projects/{project['project']['id']}/users/{user['user']['id']}/roles/{roles[role]}"
        call("identity", "PUT", target)
    for service_type, name in _SERVICES.items():
        made = call("identity", "POST", "/services", {"service": {"name": name, "type": service_type}})
        for interface in ("public", "internal"):
            endpoint = {
                "service_id": made["service"]["id"],
                "interface": interface,
                "region_id": REGION,
                "url": settings.endpoint(service_type),
            }
            call("identity", "POST", "/endpoints", {"endpoint": endpoint})


def seed_cloud(client: Client) -> None:
    """Images, flavours and the external network."""
    for name, number in IMAGES.items():
        image = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        made = client.call("image", "POST", "/v2/images", image)
        content = random.Random(number).randbytes(IMAGE_BYTES)
        client.call("image", "PUT", f"/v2/images/{made['id']}/file", content)
    for name, (cpus, memory_mib, disk_gib) in FLAVORS.items():
        flavor = {"name": name, "vcpus": cpus, "ram": memory_mib, "disk": disk_gib}
        client.call("compute", "POST", "/flavors", {"flavor": flavor})
    network = {
        "name": EXTERNAL_NETWORK,
        "router:external": True,
        "provider:network_type": "flat",
        "provider:physical_network": EXTERNAL_NETWORK,
    }
    made = client.call("network", "POST", "/v2.0/networks", {"network": network})
    subnet = {
        "name": EXTERNAL_NETWORK,
        "network_id": made["network"]["id"],
        "ip_version": 4,
        "cidr": EXTERNAL_CIDR,
        "enable_dhcp": False,
    }
    client.call("network", "POST", "/v2.0/subnets", {"subnet": subnet})


def await_services(client: Client, patience: float = 180.0) -> None:
    """Wait until Nova's hypervisors and Cinder's back end report: a server ordered earlier finds no host."""
    deadline = time.monotonic() + patience
    while True:
        hypervisors = client.call("compute", "GET", "/os-hypervisors")["hypervisors"]
        volumes = client.call("block-storage", "GET", f"/{client.project_id}/os-services")["services"]
        up = [service for service in volumes if service["state"] == "up"]
        if len(hypervisors) >= 2 and len(up) >= 2:
            return
        if time.monotonic() > deadline:
            raise LabError(f"services did not come up: hypervisors {hypervisors}, volume services {volumes}")
        time.sleep(1.0)


def catalogue_sql(settings: Settings) -> list[str]:
    """Statements that move the catalogue of a restored database to the ports now in use."""
    return [
        "UPDATE keystone.endpoint e JOIN keystone.service s ON e.service_id = s.id "
        f"SET e.url = '{settings.endpoint(service_type)}' WHERE s.type = '{service_type}';"
        for service_type in ENDPOINT_PATHS
    ]
