"""The real OpenStack as its administrator sees it, behind cloudctl's back: what a department's project really holds.

    with Cloud(ensure_up()) as cloud:
        project = cloud.project(department_id)
        assert project.counts() == {}
        project.scrub()            # whatever a test that failed has left

Asked with openstacksdk directly. Its warnings about itself are silenced by the tests (`QUIET`).
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any, Self

import openstack as sdk
import pytest
from openstack.config import OpenStackConfig

from tests.e2e.people import CloudEntry
from tests.lab.openstack import Lab
from tests.waiting import until

QUIET = pytest.mark.filterwarnings(
    "ignore::openstack.warnings.RemovedInSDK50Warning", "ignore::openstack.warnings.RemovedInSDK60Warning"
)
KEY, MARK = "cloudctl_key", "cloudctl:"


class Cloud:
    """The administrator's connection to the lab."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        config = OpenStackConfig(config_files=[str(lab.clouds_yaml)], load_envvars=False)
        self.admin: Any = sdk.connection.Connection(config=config.get_one(cloud="lab-admin"))

    @property
    def entry(self) -> CloudEntry:
        """As the office registers it."""
        image = next(image for image in self.lab.images if image.startswith("debian"))
        return CloudEntry(self.lab.cloud, "openstack", self.lab.external_network, image)

    def project(self, department_id: str) -> Project:
        """A department's project, which need not be there yet."""
        return Project(self, department_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.admin.close()


class Project:
    """One department's project; every property asks the cloud anew."""

    def __init__(self, cloud: Cloud, department_id: str) -> None:
        self._admin = cloud.admin
        self._mark = f"{MARK}{department_id}"

    @property
    def id(self) -> str:
        """Fails unless there is exactly one."""
        (project,) = self.all()
        return str(project.id)

    def all(self) -> list[Any]:
        """The projects that carry the department's key."""
        return list(self._admin.identity.projects(tags=self._mark))

    @property
    def servers(self) -> list[Any]:
        return list(self._admin.compute.servers(details=True, all_projects=True, project_id=self.id))

    @property
    def volumes(self) -> list[Any]:
        return list(self._admin.block_storage.volumes(details=True, all_projects=True, project_id=self.id))

    @property
    def networks(self) -> list[Any]:
        return list(self._admin.network.networks(project_id=self.id))

    @property
    def subnets(self) -> list[Any]:
        return list(self._admin.network.subnets(project_id=self.id))

    @property
    def routers(self) -> list[Any]:
        return list(self._admin.network.routers(project_id=self.id))

    @property
    def addresses(self) -> list[Any]:
        return list(self._admin.network.ips(project_id=self.id))

    @property
    def ports(self) -> list[Any]:
        return list(self._admin.network.ports(project_id=self.id))

    @property
    def groups(self) -> list[Any]:
        return list(self._admin.network.security_groups(project_id=self.id))

    def user_data(self, server_id: str) -> str:
        """What cloud-init will find: the parts of the MIME message, one after the other."""
        answer = self._admin.compute.get(f"/servers/{server_id}", microversion="2.79")
        whole = b64decode(answer.json()["server"]["OS-EXT-SRV-ATTR:user_data"])
        parts = [part.get_payload(decode=True) for part in message_from_bytes(whole).walk() if not part.is_multipart()]
        return "\n".join(part.decode() for part in parts if isinstance(part, bytes))

    def quota(self) -> dict[str, Any]:
        """Nova's, Cinder's and Neutron's limits in one."""
        limits: dict[str, Any] = {}
        for service in (self._admin.compute, self._admin.block_storage, self._admin.network):
            found = service.get_quota_set(self.id) if hasattr(service, "get_quota_set") else service.get_quota(self.id)
            limits |= {name: value for name, value in found.to_dict().items() if isinstance(value, int)}
        return limits

    def limit(self, **limits: int) -> None:
        """Sets limits behind cloudctl's back: `instances` (Nova), `volumes` (Cinder), `floatingip` (Neutron)."""
        for name, limit in limits.items():
            if name == "floatingip":
                self._admin.network.update_quota(self.id, floating_ips=limit)
            else:
                service = self._admin.compute if name == "instances" else self._admin.block_storage
                service.put(f"/os-quota-sets/{self.id}", json={"quota_set": {name: limit}}).raise_for_status()

    def counts(self) -> dict[str, int]:
        """How many objects of which kind; what is not there is left out."""
        if not self.all():
            return {}
        kinds = ("servers", "volumes", "networks", "subnets", "routers", "addresses", "ports")
        return {kind: count for kind in kinds if (count := len(getattr(self, kind)))}

    def keys(self) -> Counter[str]:
        """How often each key is on an object of a kind that is ordered."""
        by_metadata = [thing.metadata.get(KEY) for thing in (*self.servers, *self.volumes)]
        by_description = [thing.description.split()[0] for thing in (*self.networks, *self.addresses)]
        return Counter([key or "" for key in by_metadata] + [text.removeprefix(MARK) for text in by_description])

    def scrub(self) -> None:
        """Deletes the project and whatever it holds."""
        if not self.all():
            return
        for server in self.servers:
            self._admin.compute.delete_server(server, ignore_missing=True)
        until(lambda: not self.servers, what=lambda: f"servers stay: {self.servers}")
        for volume in self.volumes:
            self._admin.block_storage.delete_volume(volume, ignore_missing=True, force=True)
        for address in self.addresses:
            self._admin.network.delete_ip(address, ignore_missing=True)
        for router in self.routers:
            for port in self._interfaces(router):
                self._admin.network.remove_interface_from_router(router, port_id=port.id)
            self._admin.network.delete_router(router, ignore_missing=True)
        for network in self.networks:
            self._admin.network.delete_network(network, ignore_missing=True)
        until(lambda: not self.volumes, what=lambda: f"volumes stay: {self.volumes}")
        for group in self.groups:
            self._admin.network.delete_security_group(group, ignore_missing=True)
        self._admin.identity.delete_project(self.id, ignore_missing=True)

    def _interfaces(self, router: Any) -> Iterator[Any]:
        for port in self._admin.network.ports(device_id=router.id):
            if port.device_owner.startswith("network:router_interface"):
                yield port
