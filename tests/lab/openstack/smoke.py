"""Some twenty operations through openstacksdk, one line each: is the lab's cloud fit for use?

Run by `python -m tests.lab openstack smoke` in the lab's own environment, as a script, so it imports
nothing of this package.
"""

from __future__ import annotations

import base64
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openstack

CLOUD = "lab"
PATIENCE = 180.0


class Smoke:
    """One pass over the cloud; every object bears the same mark in its name."""

    def __init__(self) -> None:
        self.mark = f"smoke-{uuid.uuid4().hex[:6]}"
        self.failed = 0
        self.undo: list[Callable[[], object]] = []
        self.admin: Any = openstack.connect(cloud=CLOUD)

    @contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Report an operation; one that fails does not keep the following from being tried."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            self.failed += 1
            print(f"FAIL {time.monotonic() - began:5.1f} s  {name}: {type(error).__name__}: {error}", flush=True)
        else:
            print(f"OK   {time.monotonic() - began:5.1f} s  {name}", flush=True)

    def run(self) -> int:
        """Carry out every operation and return the number of failures."""
        try:
            self._identity()
            self._network()
            self._server()
            self._volume()
            self._life()
        except Exception as error:  # noqa: BLE001
            # Between operations, so a later one needs what a failed one did not make.
            self.failed += 1
            print(f"stopped early: {type(error).__name__}: {error}", flush=True)
        finally:
            self._clean()
        return self.failed

    def _identity(self) -> None:
        admin = self.admin
        with self.operation("project"):
            self.project = admin.identity.create_project(name=self.mark, domain_id="default")
            self.undo.append(lambda: admin.identity.delete_project(self.project))
        with self.operation("user and roles"):
            password = uuid.uuid4().hex
            self.user = admin.identity.create_user(name=self.mark, domain_id="default", password=password)
            self.undo.append(lambda: admin.identity.delete_user(self.user))
            role = admin.identity.find_role("member")
            admin.identity.assign_project_role_to_user(self.project, self.user, role)
            # cloudctl works the same way: its account gets a role in the project it made.
            account = admin.identity.get_user(admin.current_user_id)
            admin.identity.assign_project_role_to_user(self.project, account, admin.identity.find_role("admin"))
        with self.operation("quotas of compute, volumes and network"):
            admin.compute.update_quota_set(self.project.id, instances=3, cores=8, ram=16384)
            admin.block_storage.update_quota_set(self.project.id, volumes=3, gigabytes=50)
            admin.network.update_quota(self.project.id, network=2, floatingip=2)
            assert admin.compute.get_quota_set(self.project.id).cores == 8
        self.cloud: Any = admin.connect_as_project(self.project)

    def _network(self) -> None:
        network = self.cloud.network
        with self.operation("network and subnet"):
            self.net = network.create_network(name=self.mark)
            self.subnet = network.create_subnet(network_id=self.net.id, ip_version=4, cidr="10.20.0.0/24")
        with self.operation("router with gateway and interface"):
            external = network.find_network("public", ignore_missing=False)
            self.external = external
            self.router = network.create_router(name=self.mark, external_gateway_info={"network_id": external.id})
            network.add_interface_to_router(self.router, subnet_id=self.subnet.id)
        with self.operation("security group with a rule"):
            self.group = network.create_security_group(name=self.mark)
            network.create_security_group_rule(
                security_group_id=self.group.id,
                direction="ingress",
                protocol="tcp",
                port_range_min=22,
                port_range_max=22,
            )

    def _server(self) -> None:
        compute = self.cloud.compute
        with self.operation("server with user data and metadata"):
            image = self.cloud.image.find_image("debian-12", ignore_missing=False)
            flavor = compute.find_flavor("m1.tiny", ignore_missing=False)
            server = compute.create_server(
                name=self.mark,
                image_id=image.id,
                flavor_id=flavor.id,
                networks=[{"uuid": self.net.id}],
                security_groups=[{"name": self.group.name}],
                metadata={"cloudctl_item": "smoke"},
                user_data=base64.b64encode(b"#cloud-config\n").decode(),
                availability_zone="nova",
            )
            self.server = compute.wait_for_server(server, wait=PATIENCE, interval=0.5)
            assert self.server.metadata == {"cloudctl_item": "smoke"}
        with self.operation("its port is active"):
            (self.port,) = self.cloud.network.ports(device_id=self.server.id)
            assert self.port.status == "ACTIVE", self.port.status

    def _volume(self) -> None:
        storage, compute = self.cloud.block_storage, self.cloud.compute
        with self.operation("volume"):
            volume = storage.create_volume(size=1, name=self.mark, metadata={"cloudctl_item": "smoke"})
            self.volume = storage.wait_for_status(volume, "available", interval=0.5, wait=PATIENCE)
        with self.operation("attach the volume"):
            compute.create_volume_attachment(self.server, volume_id=self.volume.id)
            storage.wait_for_status(self.volume, "in-use", interval=0.5, wait=PATIENCE)
        with self.operation("extend the volume while attached"):
            storage.extend_volume(self.volume, 2)
            self._await(lambda: storage.get_volume(self.volume).size == 2)
        with self.operation("detach the volume"):
            compute.delete_volume_attachment(self.server, self.volume)
            storage.wait_for_status(storage.get_volume(self.volume), "available", interval=0.5, wait=PATIENCE)
        with self.operation("snapshot of the volume"):
            snapshot = storage.create_snapshot(volume_id=self.volume.id, name=self.mark)
            storage.wait_for_status(snapshot, "available", interval=0.5, wait=PATIENCE)
            storage.delete_snapshot(snapshot)
            storage.wait_for_delete(snapshot, interval=0.5, wait=PATIENCE)

    def _life(self) -> None:
        compute, network = self.cloud.compute, self.cloud.network
        with self.operation("floating address, active"):
            self.address = network.create_ip(floating_network_id=self.external.id, port_id=self.port.id)
            assert network.get_ip(self.address).status == "ACTIVE", "not active"
        with self.operation("stop"):
            compute.stop_server(self.server)
            self._await_server("SHUTOFF")
        with self.operation("start"):
            compute.start_server(self.server)
            self._await_server("ACTIVE")
        with self.operation("resize and confirm"):
            compute.resize_server(self.server, compute.find_flavor("m1.small"))
            self._await_server("VERIFY_RESIZE")
            compute.confirm_server_resize(self.server)
            self._await_server("ACTIVE")
        with self.operation("image from the server"):
            image = compute.create_server_image(self.server, self.mark, wait=True, timeout=int(PATIENCE))
            assert image.status == "active", image.status
            assert image.size > 0, "no bytes"
            self.cloud.image.delete_image(image)
            self._await_server("ACTIVE")
        with self.operation("console and console output"):
            assert compute.create_console(self.server, "novnc")["url"]
            assert compute.get_server_console_output(self.server)["output"]
        with self.operation("diagnostics"):
            # Since 2.48 the figures have the same names on every hypervisor.
            answer = compute.get(f"/servers/{self.server.id}/diagnostics", microversion="2.48")
            assert answer.json()["memory_details"]["maximum"] > 0
        with self.operation("actions of the server"):
            actions = {action.action for action in compute.server_actions(self.server)}
            assert {"create", "stop", "start", "resize"} <= actions, actions
        with self.operation("delete the server"):
            compute.delete_server(self.server)
            compute.wait_for_delete(self.server, interval=0.5, wait=int(PATIENCE))

    def _await_server(self, status: str) -> None:
        """Wait for a status without a task: with one under way the next action would be a conflict."""

        def settled() -> bool:
            server = self.cloud.compute.get_server(self.server)
            if server.status == "ERROR":
                raise RuntimeError(f"server in ERROR: {server.fault}")
            return bool(server.status == status and server.task_state is None)

        self._await(settled)

    def _await(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not reached within {PATIENCE:.0f} s")
            time.sleep(0.5)

    def _clean(self) -> None:
        with self.operation("delete everything else"):
            cloud = getattr(self, "cloud", None)
            if cloud is not None:
                self._clean_project(cloud)
            for step in reversed(self.undo):
                step()

    def _clean_project(self, cloud: Any) -> None:
        for server in cloud.compute.servers():
            cloud.compute.delete_server(server)
            cloud.compute.wait_for_delete(server, interval=0.5, wait=int(PATIENCE))
        for volume in cloud.block_storage.volumes():
            cloud.block_storage.delete_volume(volume)
            cloud.block_storage.wait_for_delete(volume, interval=0.5, wait=int(PATIENCE))
        network = cloud.network
        for address in network.ips(project_id=self.project.id):
            network.delete_ip(address)
        for router in network.routers(project_id=self.project.id):
            network.remove_interface_from_router(router, subnet_id=self.subnet.id)
            network.delete_router(router)
        for net in network.networks(project_id=self.project.id):
            network.delete_network(net)
        for group in network.security_groups(project_id=self.project.id):
            network.delete_security_group(group)


if __name__ == "__main__":
    began = time.monotonic()
    smoke = Smoke()
    failures = smoke.run()
    print(f"smoke: {'failed' if failures else 'passed'} in {time.monotonic() - began:.0f} s, {failures} failures")
    sys.exit(1 if failures else 0)
