"""Departments' projects in Keystone, closed by default and fenced by quotas.

A project is found by two tags: its key, and `cloudctl-complete`, which is written last. One that lacks the second is
half made, and `create` finishes it. Its name ends in the key, so that Keystone itself refuses a second one.

Closed by default: Neutron gives every project a default security group that lets its members talk to each other and
lets everything out. Its ingress rules are removed, so that nothing reaches a new server before a rule is asked for;
its egress rules stay, because a server that reaches neither its package mirror nor a time source cannot be set up.
Only whom the installation admits gets in, by TCP: the networks from which playbooks are run and checks knock, and those
from which pages are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

from cloudctl.domain.clouds import Admission
from cloudctl.domain.errors import Absent, Busy
from cloudctl.domain.quotas import Dimension
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import busy, rejected
from cloudctl.providers.openstack.lookups import NamedEntry
from cloudctl.providers.openstack.segments import NEUTRON, of_project
from cloudctl.providers.openstack.translate import MARK, Entry

KEYSTONE = "identity"
COMPLETE = "cloudctl-complete"
ROLE = "member"
LONGEST_NAME = 64
LARGEST_LIMIT = 2**31 - 1

#: Dimension -> for each service what it bounds there: a factor of the limit, or None for "do not bound".
QUOTAS: dict[Dimension, dict[str, dict[str, int | None]]] = {
    Dimension.VCPU: {"compute": {"cores": 1}},
    Dimension.MEMORY_MIB: {"compute": {"ram": 1}},
    # A pair of servers is a server group, and a pair may have as many as there are servers.
    Dimension.SERVERS: {"compute": {"instances": 1, "server_groups": 1, "server_group_members": 1}},
    Dimension.VOLUME_GIB: {"block-storage": {"gigabytes": 1, "volumes": None}},
    # A segment is a network with at most two subnets and a router; its ports are bounded by its prefix.
    Dimension.SEGMENTS: {"network": {"network": 1, "subnet": 2, "router": 1, "port": None}},
    Dimension.ADDRESSES: {"network": {"floatingip": 1}},
}

#: Service -> path of a project's limits, and the name that the body wraps them in.
QUOTA_PATHS = {
    "compute": ("/os-quota-sets/{tenant}", "quota_set"),
    "block-storage": ("/os-quota-sets/{tenant}", "quota_set"),
    "network": ("/quotas/{tenant}", "quota"),
}


class Rule(Entry, frozen=True, kw_only=True):
    """A rule of a security group."""

    direction: str


class Group(Entry, frozen=True, kw_only=True):
    """A security group with its rules."""

    security_group_rules: list[Rule]


def _letting_in(tenant: str, group: str, admitted: Admission) -> dict[str, object]:
    rule: dict[str, object] = {
        "project_id": tenant,
        "security_group_id": group,
        "direction": "ingress",
        "ethertype": "IPv6" if ":" in admitted.prefix else "IPv4",
        "protocol": "tcp",
        "remote_ip_prefix": admitted.prefix,
        "description": "cloudctl: pages" if admitted.port else "cloudctl: management",
    }
    if admitted.port:
        rule |= {"port_range_min": admitted.port, "port_range_max": admitted.port}
    return {"security_group_rule": rule}


class OpenStackTenants:
    """`ports.clouds.Tenants` on Keystone, with the administrator's token."""

    def __init__(self, client: Client, admitted: tuple[Admission, ...] = ()) -> None:
        self._client = client
        self._admitted = admitted

    def find(self, key: UUID) -> str | None:
        """One call."""
        return self._project(f"{MARK}{key},{COMPLETE}")

    def create(self, key: UUID, name: str) -> str:
        """Makes what is missing: the project, our role in it, the closed default group; the last call marks it."""
        mark = f"{MARK}{key}"
        tenant = self._project(mark) or self._make_project(key, name)
        self.enter(tenant)
        for group in self._default_groups(tenant):
            for rule in group.security_group_rules:
                if rule.direction == "ingress":
                    with suppress(Absent):
                        self._client.act(NEUTRON, "DELETE", f"/security-group-rules/{rule.id}")
            for admitted in self._admitted:
                self._client.act(NEUTRON, "POST", "/security-group-rules", _letting_in(tenant, group.id, admitted))
        # The whole list, because Keystone refuses to add a tag that is there, and two workers may be here at once.
        self._client.act(KEYSTONE, "PUT", f"/projects/{tenant}/tags", {"tags": [mark, COMPLETE]})
        return tenant

    def enter(self, tenant: str) -> None:
        """Two calls: our account gets its role in the project."""
        role = self._role()
        self._client.act(KEYSTONE, "PUT", f"/projects/{tenant}/users/{self._client.user_id}/roles/{role}")

    def set_quota(self, tenant: str, limits: Mapping[Dimension, int]) -> None:
        """One call for each service that bounds one of the dimensions."""
        wanted: dict[str, dict[str, int]] = {}
        for dimension, limit in limits.items():
            for service, names in QUOTAS[dimension].items():
                bounds = {n: -1 if f is None else min(f * limit, LARGEST_LIMIT) for n, f in names.items()}
                wanted.setdefault(service, {}).update(bounds)
        for service, bounds in wanted.items():
            path, wrapper = QUOTA_PATHS[service]
            # Adoption may leave a department over its limit; Nova refuses that unless it is told twice.
            body = {wrapper: bounds | ({"force": True} if service == "compute" else {})}
            self._client.act(service, "PUT", path.format(tenant=tenant), body)

    def delete(self, tenant: str) -> None:
        """Removes limits, default group and project; raises Busy while anything stands in it."""
        if not self._exists(tenant):
            return
        self._require_empty(tenant)
        for service, (path, _) in QUOTA_PATHS.items():
            with suppress(Absent):
                self._client.act(service, "DELETE", path.format(tenant=tenant))
        for group in self._default_groups(tenant):
            with suppress(Absent):
                self._client.act(NEUTRON, "DELETE", f"/security-groups/{group.id}")
        with suppress(Absent):
            self._client.act(KEYSTONE, "DELETE", f"/projects/{tenant}")

    def _project(self, tags: str) -> str | None:
        found = self._client.get(KEYSTONE, f"/projects?tags={quote(tags)}", "projects", list[NamedEntry])
        return found[0].id if found else None

    def _make_project(self, key: UUID, name: str) -> str:
        mark = f"{MARK}{key}"
        ending = f"-{key.hex[-12:]}"
        title = name[: LONGEST_NAME - len(ending)] + ending
        project = {"name": title, "description": f"{mark} {name}", "tags": [mark]}
        try:
            return self._client.create(KEYSTONE, "/projects", "project", project, NamedEntry).id
        except Busy:
            tenant = self._project(mark)  # 409: another worker has just made it
            if tenant is None:
                raise
            return tenant

    def _role(self) -> str:
        found = self._client.get(KEYSTONE, f"/roles?name={ROLE}", "roles", list[NamedEntry])
        if not found:
            raise rejected(f"the cloud has no role {ROLE}")
        return found[0].id

    def _default_groups(self, tenant: str) -> list[Group]:
        path = of_project("security-groups", tenant, name="default")
        return self._client.get(NEUTRON, path, "security_groups", list[Group])

    def _exists(self, tenant: str) -> bool:
        try:
            self._client.get(KEYSTONE, f"/projects/{tenant}", "project", NamedEntry)
        except Absent:
            return False
        return True

    def _require_empty(self, tenant: str) -> None:
        lists = (
            ("compute", "/servers", "servers"),
            ("block-storage", "/volumes", "volumes"),
            (NEUTRON, of_project("networks", tenant), "networks"),
            (NEUTRON, of_project("floatingips", tenant), "floatingips"),
        )
        for service, path, kind in lists:
            if self._client.list(service, path, kind, Entry, tenant=tenant):
                raise busy(f"the project still has {kind}")
