"""Hosts for tests: delivered servers of the city, with a pinned key that nobody has to answer for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.hosts import Host
from cloudctl.services import hosts
from tests.factories import Installed, ssh_key

HOST_KEY = " ".join(ssh_key().split()[:2])


def servers(city: Installed, name: str = "oa", *, count: int = 2) -> list[UUID]:
    """The servers of a new order, delivered."""
    made = city.resources(city.delivered(city.build_items(name, count=count, disks=0)))
    return [made[f"{name}-{number}"].id for number in range(1, count + 1)]


def enrolled(city: Installed, key: UUID, **known: Any) -> Host:
    """A server that playbooks may play on."""
    return hosts.enrol(city.ctx, city.people["operator"], key, host_key=HOST_KEY, **known)
