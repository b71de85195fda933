"""A small city to crash in: a department, its people and system, two clouds; and its orders.

Orders go to the first cloud, but for what builds upon a segment on the second. Both are simulated, or the first is a
vCenter.

Every id is derived from a name, so that each process knows them without being told.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from cloudctl.domain.accounts import Account, Actor, Role, permissions_of
from cloudctl.domain.addresses import Supernet
from cloudctl.domain.catalogue import Image, Specification, VolumeType, Zone
from cloudctl.domain.clouds import Cloud, CloudKind
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.items import AddressItem, ColocationItem, DiskAsk, Item, NetworkItem, ServerItem
from cloudctl.domain.orders import Backup, Order
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.racks import Rack
from cloudctl.domain.rooms import Room, RoomKind
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.services import decisions, orders
from cloudctl.services.deliveries import platform_request
from cloudctl.settings import Apps, Settings, Simulated

CLOUD, SECOND, ZONE, EXTERNAL = "city-a", "city-b", "extranet", "outside"
CLOUDS = (CLOUD, SECOND)
TEMPLATE = "debian-12"
COLOCATION = ColocationItem(name="own", units=4, power_w=500, term_months=12)
LIMITS = {
    Dimension.VCPU: 4_000,
    Dimension.MEMORY_MIB: 8_000_000,
    Dimension.VOLUME_GIB: 100_000,
    Dimension.SERVERS: 1_000,
    Dimension.SEGMENTS: 200,
    Dimension.ADDRESSES: 200,
}


def settings_for(database_url: str, data_dir: Path, latency_s: float = 0.0) -> Settings:
    """Short waits throughout; retention ends at once, so that a purge is due when something is released."""
    return Settings(
        database_url=database_url,
        data_dir=str(data_dir),
        engine_poll_s=0.05,
        settle_s=0.2,
        cloud_poll_s=0.05,
        retry_attempts=2,
        retention_days=0,
        parallel_calls=4,
        log_json=False,
        apps=Apps(answer_within_s=0.2, backups="/backups"),
        simulated=Simulated(latency_min_s=latency_s / 4, latency_max_s=latency_s),
    )


def key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"crash/{name}")


PEOPLE = {
    "officer": Role.DEPARTMENT_OFFICER,
    "head": Role.DEPARTMENT_HEAD,
    "reviewer": Role.OFFICE_REVIEWER,
    "operator": Role.OPERATOR,
}


def asked_by(login: str) -> Request:
    """A request of one of the PEOPLE."""
    role = PEOPLE[login]
    actor = Actor(
        account_id=key(login),
        name=login,
        department_id=_department_of(role),
        roles=frozenset({role}),
        permissions=permissions_of([role]),
    )
    return Request(actor=actor, request_id=f"crash-{login}")


def found(ctx: Context, first: CloudKind = CloudKind.SIMULATED) -> None:
    """Puts the city on record; its first cloud is of this kind."""
    _catalogue(ctx, {CLOUD: TEMPLATE} if first is CloudKind.VSPHERE else {})
    with ctx.unit_of_work(platform_request("found")) as uow:
        now = uow.now
        uow.departments.add(
            Department(id=key("department"), code="fgw", name="发展改革委", level=Level.CITY, created_at=now)
        )
        for login, role in PEOPLE.items():
            uow.accounts.add(
                Account(
                    id=key(login),
                    login=login,
                    name=login,
                    email=f"{login}@example.org",
                    department_id=_department_of(role),
                    roles=frozenset({role}),
                    created_at=now,
                )
            )
        uow.systems.add(
            System(
                id=key("system"), department_id=key("department"), code="oa", name="OA", mlps_level=2, created_at=now
            )
        )

        room = Room(id=key("room"), code="s", name="s", department_id=key("department"), kind=RoomKind.SHARED,
                    created_at=now)  # fmt: skip
        uow.rooms.add(room)
        uow.racks.add(Rack(id=key("rack"), room_id=room.id, code="A01", units=10, created_at=now))

        # So the first is always the roomier one.
        for code, kind, times in ((CLOUD, first, 400), (SECOND, CloudKind.SIMULATED, 2)):
            uow.clouds.add(
                Cloud(
                    code=code,
                    name=f"City {code[-1].upper()}",
                    kind=kind,
                    zones=frozenset({ZONE}),
                    capacity={dimension: limit * times for dimension, limit in LIMITS.items()},
                    external_network=EXTERNAL,
                )
            )
    with ctx.unit_of_work(platform_request("found")) as uow:
        for code in CLOUDS:
            for dimension, limit in LIMITS.items():
                uow.quotas.set_limit(key("department"), code, ZONE, dimension, limit)
        uow.prefixes.add_supernet(Supernet(zone=ZONE, cidr="10.8.0.0/16"))
        uow.prefixes.add_supernet(Supernet(zone=ZONE, cidr="fd00:8::/48"))


def _catalogue(ctx: Context, images: dict[str, str]) -> None:
    with ctx.unit_of_work(platform_request("found")) as uow:
        for entry in (
            Specification(code="small", name="small", vcpu=2, memory_mib=4096, root_disk_gib=40),
            Specification(code="large", name="large", vcpu=4, memory_mib=8192, root_disk_gib=40),
            Image(
                code="debian",
                name="Debian",
                os_family="linux",
                architecture="x86_64",
                min_disk_gib=10,
                login_user="debian",
                names=images,
            ),
            VolumeType(code="standard", name="standard", names={}),
            Zone(code=ZONE, name="政务外网区", name_en="Extranet", max_mlps_level=3, vlan_first=100, vlan_last=199),
        ):
            uow.catalogue.add(entry)


def build_items(name: str) -> list[Item]:
    """Two servers with a data volume each on a network of their own, and an address for the first."""
    return [*plain_items(name), AddressItem(server=f"{name}-1", term_months=12)]


def plain_items(name: str) -> list[Item]:
    """The same without the address."""
    return [
        NetworkItem(name=f"{name}-net", prefix_length=28, ipv6=True, term_months=12),
        ServerItem(
            name=name,
            count=2,
            specification="small",
            image="debian",
            network=f"{name}-net",
            disks=(DiskAsk(size_gib=20),),
            ssh_keys=(_ssh_key(),),
            term_months=12,
        ),
    ]


def pinned(ctx: Context, *clouds: str) -> None:
    """Has the department served by these clouds alone."""
    with ctx.unit_of_work(platform_request("pin")) as uow:
        uow.departments.get(key("department")).clouds = frozenset(clouds)


def more_items(name: str, network: UUID) -> list[Item]:
    """A server with a data volume and an address, on a segment that stands already."""
    return [
        ServerItem(
            name=name,
            specification="small",
            image="debian",
            network=str(network),
            disks=(DiskAsk(size_gib=20),),
            term_months=12,
        ),
        AddressItem(server=f"{name}-1", term_months=12),
    ]


def approved(ctx: Context, items: list[Item]) -> Order:
    """An order that has gone its way through the department and the office: its saga is queued."""
    form = orders.OrderForm(
        system_id=key("system"),
        title="OA",
        purpose="Office automation",
        zone=ZONE,
        backup=Backup.DAILY,
        contact_name="Li",
        contact_phone="0000",
        no_state_secrets=True,
        items=items,
    )
    order = orders.create(ctx, asked_by("officer"), form, submit=True)
    order = decisions.sign_off(ctx, asked_by("head"), order.id)
    if order.state == "signed_off":
        order = decisions.approve(ctx, asked_by("reviewer"), order.id)
    assert order.state == "approved"
    return order


def _department_of(role: Role) -> UUID | None:
    return key("department") if role.value.startswith("department") else None


def _ssh_key() -> str:
    kind, public = b"ssh-ed25519", bytes(range(32))
    blob = struct.pack(">I", len(kind)) + kind + struct.pack(">I", len(public)) + public
    return f"ssh-ed25519 {b64encode(blob).decode()} li@fgw"
