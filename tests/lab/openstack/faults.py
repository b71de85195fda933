"""Provoke every fault that the lab's drivers know, once: does each do what README.md says?

Run by `python -m tests.lab openstack faults` in the lab's own environment, as a script.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import openstack

PATIENCE = 180.0


class Faults:
    """A method for each fault, which returns what was seen of it."""

    def __init__(self) -> None:
        self.mark = f"faults-{uuid.uuid4().hex[:6]}"
        self.cloud: Any = openstack.connect(cloud="lab")
        self.flavor = self.cloud.compute.find_flavor("m1.tiny", ignore_missing=False)
        self.larger = self.cloud.compute.find_flavor("m1.small", ignore_missing=False)
        self.image = self.cloud.image.find_image("debian-12", ignore_missing=False)
        self.net = self.cloud.network.create_network(name=self.mark)
        self.cloud.network.create_subnet(network_id=self.net.id, ip_version=4, cidr="10.21.0.0/24")

    def spawn_abort(self) -> str:
        server = self._order("spawn_abort")
        self._await(server, "ERROR")
        return self._message(server)

    def spawn_reschedule(self) -> str:
        server = self._order("spawn_reschedule")
        self._await(server, "ACTIVE")
        hosts = {
            event.host
            for action in self.cloud.compute.server_actions(server)
            for event in self.cloud.compute.get_server_action(action.request_id, server).events or []
            if event.event == "compute__do_build_and_run_instance"
        }
        assert len(hosts) == 2, f"tried on {hosts}"
        return f"ACTIVE on {self.cloud.compute.get_server(server).compute_host}, tried on {sorted(hosts)}"

    def spawn_slow(self) -> str:
        server = self._order("spawn_slow:6")
        seconds = self._await(server, "ACTIVE")
        assert seconds >= 6, seconds
        return f"ACTIVE after {seconds:.0f} s"

    def resize_fail(self) -> str:
        server = self._order("resize_fail")
        self._await(server, "ACTIVE")
        self.cloud.compute.resize_server(server, self.larger)
        self._await(server, "ERROR")
        return self._message(server)

    def stop_slow(self) -> str:
        server = self._order("stop_slow:6")
        self._await(server, "ACTIVE")
        self.cloud.compute.stop_server(server)
        seconds = self._await(server, "SHUTOFF")
        assert seconds >= 6, seconds
        return f"SHUTOFF after {seconds:.0f} s"

    def no_valid_host(self) -> str:
        # By its disk: no quota stands before that.
        flavor = self.cloud.compute.create_flavor(name=self.mark, vcpus=1, ram=512, disk=2_000_000)
        try:
            server = self._order("", flavor=flavor)
            self._await(server, "ERROR")
            return self._message(server)
        finally:
            self.cloud.compute.delete_flavor(flavor)

    def port_binding(self) -> str:
        port = self.cloud.network.create_port(network_id=self.net.id, name=f"{self.mark}-lab-fault-binding")
        server = self._order("", networks=[{"port": port.id}])
        self._await(server, "ERROR")
        binding = self.cloud.network.get_port(port).binding_vif_type
        return f"port {binding}; {self._message(server)}"

    def volume_fail(self) -> str:
        volume = self._volume("create_fail")
        self._settled(lambda: bool(self.cloud.block_storage.get_volume(volume).status == "error"))
        return "volume in error"

    def volume_slow(self) -> str:
        began = time.monotonic()
        volume = self._volume("create_slow:6")
        self._settled(lambda: bool(self.cloud.block_storage.get_volume(volume).status == "available"))
        seconds = time.monotonic() - began
        assert seconds >= 6, seconds
        return f"available after {seconds:.0f} s"

    def clean(self) -> None:
        compute, storage, network = self.cloud.compute, self.cloud.block_storage, self.cloud.network
        for server in compute.servers(name=self.mark):
            compute.delete_server(server)
            compute.wait_for_delete(server, interval=0.5, wait=int(PATIENCE))
        for volume in storage.volumes(name=self.mark):
            storage.delete_volume(volume)
        for port in network.ports(network_id=self.net.id):
            network.delete_port(port)
        network.delete_network(self.net)

    def _order(self, fault: str, flavor: Any = None, networks: Any = None) -> Any:
        return self.cloud.compute.create_server(
            name=self.mark,
            image_id=self.image.id,
            flavor_id=(flavor or self.flavor).id,
            networks=networks or [{"uuid": self.net.id}],
            metadata={"lab_fault": fault} if fault else {},
        )

    def _volume(self, fault: str) -> Any:
        return self.cloud.block_storage.create_volume(size=1, name=self.mark, metadata={"lab_fault": fault})

    def _await(self, server: Any, status: str) -> float:
        """Wait for a status without a task under way; return how long it took."""
        began = time.monotonic()

        def reached() -> bool:
            now = self.cloud.compute.get_server(server)
            if now.status == "ERROR" != status:
                raise RuntimeError(f"server in ERROR: {now.fault}")
            return bool(now.status == status and now.task_state is None)

        self._settled(reached)
        return time.monotonic() - began

    def _message(self, server: Any) -> str:
        # The status ERROR can show before its reason does.
        self._settled(lambda: bool(self.cloud.compute.get_server(server).fault))
        fault = self.cloud.compute.get_server(server).fault
        return f"ERROR, fault {fault['code']}: {fault['message'].splitlines()[0][:110]}"

    def _settled(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not reached within {PATIENCE:.0f} s")
            time.sleep(0.5)


def main() -> int:
    faults = Faults()
    failed = 0
    try:
        for check in (
            faults.spawn_abort,
            faults.spawn_reschedule,
            faults.spawn_slow,
            faults.resize_fail,
            faults.stop_slow,
            faults.no_valid_host,
            faults.port_binding,
            faults.volume_fail,
            faults.volume_slow,
        ):
            began = time.monotonic()
            try:
                verdict, text = "OK  ", check()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                failed += 1
                verdict, text = "FAIL", f"{type(error).__name__}: {error}"
            print(f"{verdict} {time.monotonic() - began:5.1f} s  {check.__name__}: {text}", flush=True)
    finally:
        faults.clean()
    print(f"faults: {'failed' if failed else 'passed'}, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
