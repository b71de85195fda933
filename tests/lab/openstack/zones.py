"""An availability zone of one compute host that a running cloud gets when somebody asks for it.

A trait on the host, on its aggregate and on the images keeps the worlds apart: an image that asks for the trait finds
this host and no other, and all other images find the cloud's own hosts only.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from tests.lab.processes import LabError, Processes

from . import config
from .boot import LISTENS
from .layout import Layout, load_settings
from .seed import Client


@dataclass(frozen=True)
class Zone:
    """Its name, its host as Nova calls it, the trait of what it offers, and a flavour for whoever needs one."""

    name: str
    host: str
    trait: str
    flavor: str
    #: CPUs, memory in MiB, disk in GiB.
    size: tuple[int, int, int]

    def start(self, layout: Layout, processes: Processes) -> None:
        """Have its nova-compute; nothing happens when it runs."""
        name = f"nova-{self.host}"
        if processes.pid(name) is not None:
            return
        env = config.environment(layout, load_settings(layout))
        conf = layout.conf / "nova"
        processes.start(
            name, [layout.bin / "nova-compute", "--config-file", conf / f"{self.host}.conf"], env, layout.run
        )
        processes.wait(name, lambda: processes.logged(name, LISTENS))
        discover = [layout.bin / "nova-manage", "--config-file", conf / "nova.conf", "cell_v2", "discover_hosts"]
        done = subprocess.run(discover, env=env, cwd=layout.run, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"nova-manage discover_hosts failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def seed(self, client: Client) -> None:
        """Flavour and zone; what is there stays."""
        if not any(flavor["name"] == self.flavor for flavor in client.call("compute", "GET", "/flavors")["flavors"]):
            vcpus, memory_mib, disk_gib = self.size
            flavor = {"name": self.flavor, "vcpus": vcpus, "ram": memory_mib, "disk": disk_gib}
            client.call("compute", "POST", "/flavors", {"flavor": flavor})
        zones = client.call("compute", "GET", "/os-aggregates")["aggregates"]
        if not any(zone["name"] == self.name for zone in zones):
            self._await_report(client)
            zone = {"aggregate": {"name": self.name, "availability_zone": self.name}}
            number = client.call("compute", "POST", "/os-aggregates", zone)["aggregate"]["id"]
            path = f"/os-aggregates/{number}/action"
            client.call("compute", "POST", path, {"add_host": {"host": self.host}})
            client.call("compute", "POST", path, {"set_metadata": {"metadata": {f"trait:{self.trait}": "required"}}})

    def upload(self, client: Client, name: str, content: bytes, **properties: str) -> str:
        """An image whose servers are started here, by its key; one of this name that is there stays."""
        found = client.call("image", "GET", f"/v2/images?name={name}&status=active")["images"]
        if found:
            return str(found[0]["id"])
        described = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public"}
        described |= {f"trait:{self.trait}": "required", **properties}
        made = client.call("image", "POST", "/v2/images", described)
        client.call("image", "PUT", f"/v2/images/{made['id']}/file", content)
        return str(made["id"])

    def _await_report(self, client: Client, patience_s: float = 60.0) -> None:
        """Until the host is on Placement's record with its trait: an order before that would find no host."""
        deadline = time.monotonic() + patience_s
        while True:
            path = f"/resource_providers?name={self.host}"
            found = client.call("placement", "GET", path)["resource_providers"]
            # The record begins at 0; what it has comes next, then its traits.
            if any(provider["generation"] >= 2 for provider in found):
                return
            if time.monotonic() > deadline:
                raise LabError(f"{self.host} did not report to Placement")
            time.sleep(0.5)
