"""Hosts (主机): what a server on record is to playbooks: where it answers, by which key it is known, what it may take.

A host's id is its server's. What nobody may play on by accident is told by its `life`, which is derived and kept
nowhere, so that it cannot lag behind: a server in quarantine, one that no record has, one that is gone, and one whose
key nobody has pinned are no targets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.access_grants import ACCOUNTS, AccessLevel, principal_of
from cloudctl.domain.errors import Conflict, Invalid

ACCOUNT = "cloudctl"
"""The account that the platform's own plays enter by."""
SSH_PORT = 22


class HostLife(StrEnum):
    """What a host is to a playbook; only what is in service is a target."""

    IN_SERVICE = "in_service"
    QUARANTINED = "quarantined"  # switched off by a clearing, or cut off on order
    FOREIGN = "foreign"  # a cloud has it, no record does
    ENDED = "ended"  # put by, or being deleted
    UNMANAGED = "unmanaged"  # ours, and its host key is pinned by nobody yet


@dataclass(kw_only=True, eq=False)
class Host:
    """What is known of a server as a host. `address` None: the first that the cloud gave the server.

    `host_key` is the pinned public key ("ssh-ed25519 AAAA..."); without it the host is no target. `roles` are words of
    operations, `shared` says that instances of several departments stand on it, `ring` when it is patched. `facts` are
    what a run last read from it. `quarantined_at` is set while it is cut off on order; a clearing's quarantine is the
    clearing's own.
    """

    id: UUID
    address: str | None = None
    ssh_port: int = SSH_PORT
    account: str = ACCOUNT
    os_family: str | None = None
    os_name: str | None = None
    roles: list[str] = field(default_factory=list)
    shared: bool = False
    ring: str | None = None
    host_key: str | None = None
    enrolled_at: datetime | None = None
    seen_at: datetime | None = None
    quarantined_at: datetime | None = None
    quarantined_because: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    created_at: datetime
    version: int = 1

    def enrol(self, host_key: str, now: datetime, *, again: bool = False) -> None:
        """Pins the key; raises Conflict where another one is pinned, unless it is said that it was made `again`."""
        if self.host_key not in (None, host_key) and not again:
            raise Conflict(
                "The host shows another key than the one that is pinned.",
                field="host_key",
                way_out="Find out why. If it was built anew, enrol it again with --again.",
            )
        self.host_key, self.enrolled_at, self.seen_at = host_key, now, now

    def quarantine(self, now: datetime, reason: str) -> None:
        """Cut off on order; raises Conflict when it is already."""
        if self.quarantined_at is not None:
            raise Conflict("The host is in quarantine already.", way_out="Release it first.")
        self.quarantined_at, self.quarantined_because = now, reason

    def release(self) -> None:
        """No longer cut off on order; raises Conflict when it is not."""
        if self.quarantined_at is None:
            raise Conflict(
                "The host is not in quarantine on order.",
                way_out="A clearing's quarantine ends with `cloudctl zombies case restore`.",
            )
        self.quarantined_at = self.quarantined_because = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A host as a run gets it. `department` and `system` are codes; `host_key` is pinned."""

    id: UUID
    name: str
    address: str
    ssh_port: int
    account: str
    host_key: str
    os_family: str | None
    os_name: str | None
    roles: tuple[str, ...]
    shared: bool
    ring: str | None
    life: HostLife
    department_id: UUID
    department: str
    system_id: UUID | None
    system: str | None
    mlps_level: int | None
    cloud: str
    zone: str

    @property
    def alias(self) -> str:
        """Its name in an inventory: names are not unique, so part of the id comes after."""
        return alias(self.name, self.id)

    @property
    def known_host(self) -> str:
        """Its line of a known_hosts file."""
        place = self.address if self.ssh_port == SSH_PORT else f"[{self.address}]:{self.ssh_port}"
        return f"{place} {self.host_key}"

    @property
    def groups(self) -> tuple[str, ...]:
        """Its groups in an inventory."""
        return groups(
            department=self.department, system=self.system, zone=self.zone, cloud=self.cloud,
            mlps_level=self.mlps_level, roles=self.roles, life=self.life,
        )  # fmt: skip

    @property
    def variables(self) -> dict[str, Any]:
        """Its variables in an inventory."""
        told: dict[str, Any] = msgspec.to_builtins(
            Variables(
                ansible_host=self.address, ansible_port=self.ssh_port, ansible_user=self.account,
                cloudctl_id=str(self.id), cloudctl_name=self.name, cloudctl_department=self.department,
                cloudctl_system=self.system, cloudctl_cloud=self.cloud, cloudctl_zone=self.zone,
                cloudctl_life=self.life.value, cloudctl_os_family=self.os_family, cloudctl_os_name=self.os_name,
                cloudctl_shared=self.shared, mlps_level=self.mlps_level, ring=self.ring,
            )
        )  # fmt: skip
        return told


class Variables(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The variables of a host in every inventory, the platform's own runs' and the plugin's; what is not known is out.

    None of them is a template: Ansible takes them as they are.
    """

    ansible_host: str | None = None
    ansible_port: int = 0
    ansible_user: str = ""
    cloudctl_id: str
    cloudctl_name: str
    cloudctl_cloud: str
    cloudctl_life: str
    cloudctl_department: str | None = None
    cloudctl_system: str | None = None
    cloudctl_zone: str | None = None
    cloudctl_os_family: str | None = None
    cloudctl_os_name: str | None = None
    cloudctl_shared: bool = False
    mlps_level: int | None = None
    ring: str | None = None


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """Every host that somebody sees, for Ansible: the variables by name, and of each group the hosts' places."""

    hosts: dict[str, Variables]
    groups: dict[str, list[int]]


class RunKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a run enters its hosts by, until `ends_at`: a pair of keys of its own, signed for these hosts alone.

    `files` are to be written, mode 0600, into a directory of the run's own, on tmpfs, and removed with it: by name the
    content. `file_of` names, by host, its private key among them (ssh finds NAME-cert.pub beside it); `known_hosts` is
    the name of the file with the pinned host keys.
    """

    files: dict[str, str]
    file_of: dict[UUID, str]
    known_hosts: str
    ends_at: datetime


def principal(host_id: UUID) -> str:
    """The name that a certificate carries to enter a host as the platform's account."""
    return f"host-{host_id}"


def principals_of(host_id: UUID) -> dict[str, str]:
    """By account of a host the name that a certificate carries to enter it by that account."""
    people = {ACCOUNTS[level]: principal_of(level, host_id) for level in AccessLevel}
    return {ACCOUNT: principal(host_id), **people}


def alias(name: str, host_id: UUID) -> str:
    """The name of a host in an inventory."""
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    return f"{plain}-{host_id.hex[:8]}"


@lru_cache(maxsize=4096)
def groups(
    *,
    department: str | None,
    system: str | None,
    zone: str | None,
    cloud: str,
    mlps_level: int | None,
    roles: tuple[str, ...],
    life: HostLife,
) -> tuple[str, ...]:
    """The groups of a host: what is not in service is in that of its life alone.

    A play on `department_fgw` or `system_oa` reaches nothing that is quarantined, foreign, gone or unmanaged.
    """
    if life is not HostLife.IN_SERVICE:
        return (group("life", life.value),)
    named = (("department", department), ("system", system), ("zone", zone), ("cloud", cloud), ("mlps", mlps_level))
    return (
        "targets",
        *(group(kind, value) for kind, value in named if value is not None),
        *(group("role", role) for role in roles),
        group("life", life.value),
    )


def group(kind: str, name: object) -> str:
    """The name of a group: what Ansible takes in none becomes an underscore."""
    return f"{kind}_" + "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in str(name))


def check_roles(roles: list[str]) -> None:
    """Raises Invalid for a role that cannot be a group's name."""
    for role in roles:
        if not role or len(role) > 64 or group("", role) != f"_{role}":
            raise Invalid(
                "{role} is no role of a host.",
                field="roles",
                way_out="Use letters, digits and underscores, at most 64.",
                role=role,
            )
