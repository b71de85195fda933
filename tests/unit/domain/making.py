"""Nouns with everything filled in, for tests that look at one of their fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cloudctl.domain.addresses import Address, Prefix
from cloudctl.domain.catalogue import Image, Specification, VolumeType
from cloudctl.domain.errors import NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import Item
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.plans import Plan, Planner
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DEPARTMENT, SYSTEM = new_id(), new_id()


def _shared(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "order_id": None,
        "item": 0,
        "department_id": DEPARTMENT,
        "system_id": SYSTEM,
        "cloud": "sim-1",
        "zone": "extranet",
        "name": "x",
        "state": "active",
        "created_at": NOW,
    } | fields


def server(**fields: Any) -> Server:
    own = {"specification": "s2", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40, "image": "linux"}
    return Server(**_shared({**own, "network_id": new_id(), **fields}))


def volume(**fields: Any) -> Volume:
    return Volume(**_shared({"size_gib": 100, "volume_type": "standard", **fields}))


def network(**fields: Any) -> Network:
    return Network(**_shared({"cidr_v4": "10.8.0.0/26", **fields}))


def address(**fields: Any) -> Address:
    return Address(**_shared({"server_id": new_id(), **fields}))


def prefix(**fields: Any) -> Prefix:
    own = {"supernet_id": new_id(), "cidr": "10.8.0.0/26", "order_id": None, "created_at": NOW}
    return Prefix(**{**own, "network_id": new_id(), **fields})


def order(items: list[Item], **fields: Any) -> Order:
    own = {"number": "2026-000001", "department_id": DEPARTMENT, "system_id": SYSTEM, "applicant_id": new_id()}
    form = {"title": "OA", "purpose": "office", "zone": "extranet", "items": items, "created_at": NOW}
    return Order(**{**own, **form, **fields})


SPECIFICATIONS = {
    "s2": Specification(code="s2", name="2C4G", vcpu=2, memory_mib=4096, root_disk_gib=40),
    "s4": Specification(code="s4", name="4C8G", vcpu=4, memory_mib=8192, root_disk_gib=60),
    "tiny": Specification(code="tiny", name="1C1G", vcpu=1, memory_mib=1024, root_disk_gib=10),
    "arm": Specification(
        code="arm", name="鲲鹏 2C4G", vcpu=2, memory_mib=4096, root_disk_gib=60, architecture="aarch64", xinchuang=True
    ),
    "loong": Specification(
        code="loong", name="龙芯", vcpu=2, memory_mib=4096, root_disk_gib=60, architecture="loongarch64", xinchuang=True
    ),
    "old": Specification(code="old", name="old", vcpu=2, memory_mib=4096, root_disk_gib=40, retired=True),
}
IMAGES = {
    code: Image(
        code=code,
        name=code,
        os_family="linux",
        architecture=architecture,
        min_disk_gib=20,
        login_user="root",
        names={},
        retired=code == "eol",
    )
    for code, architecture in (
        ("linux", "x86_64"),
        ("eol", "aarch64"),
        ("kylin", "aarch64"),
        ("uos", "aarch64"),
    )
}
TYPES = {code: VolumeType(code=code, name=code, names={}) for code in ("standard", "ssd")}


class Shelf:
    """The catalogue."""

    def specification(self, code: str) -> Specification:
        return _known(SPECIFICATIONS, code)

    def image(self, code: str) -> Image:
        return _known(IMAGES, code)

    def images_for(self, architecture: str) -> list[Image]:
        return [image for image in IMAGES.values() if image.architecture == architecture and not image.retired]

    def volume_type(self, code: str) -> VolumeType:
        return _known(TYPES, code)


def _known(entries: dict[str, Any], code: str) -> Any:
    if code not in entries:
        raise NotFound("There is no {what} {key}.", what="entry", key=code)
    return entries[code]


def plan(items: list[Item], *existing: Resource, of: Order | None = None) -> Plan:
    """What the items come to, for a department that has these."""
    stock = {resource.id: resource for resource in existing}

    def look_up(key: UUID, field: str) -> Resource:
        if key not in stock:
            raise NotFound("There is no {what} {key}.", field=field, what="resource", key=str(key))
        return stock[key]

    return Planner(of or order(items), Shelf(), look_up, NOW).plan()
