"""Systems, devices and rooms to be proven, and people who hand evidence in; a network that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.devices import Device, DeviceKind, DeviceStatus
from cloudctl.domain.evidence import Evidence, EvidenceKind, Subject
from cloudctl.domain.orders import Order
from cloudctl.domain.rooms import Room, RoomKind, RoomStatus
from cloudctl.domain.servers import Server
from cloudctl.ports.context import platform
from cloudctl.ports.probes import Answer
from cloudctl.ports.queries import PageAsk
from cloudctl.services import evidence, syncs
from tests.factories import Installed, installation
from tests.seeds import CLOUD, Clock

URL = "https://oa.example.gov.cn/"


@dataclass
class Network:
    """Answers for every address what it was told to, else that nobody is there."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def look(self, url: str) -> Answer:
        return self.answers.get(url, Answer(answered=False, error="Connection refused"))


def photo(mark: str) -> bytes:
    """A file that begins as a JPEG, and is another one for another mark."""
    return BytesIO(b"\xff\xd8\xff\xe0" + mark.encode()).getvalue()


@dataclass
class Proof:
    """An installation with a system that runs on the platform and one old device of it, off since yesterday."""

    city: Installed
    network: Network
    device: UUID
    address: str

    @property
    def system(self) -> UUID:
        return self.city.ids["oa"]

    @property
    def today(self) -> Any:
        return today_for_people(self.city.clock.now())

    def sync(self) -> None:
        syncs.ask(self.city.ctx, platform("test"), CLOUD)
        syncs.run_due(self.city.ctx, platform("test"), CLOUD)

    def gather(self) -> int:
        return evidence.gather(self.city.ctx, platform("test"))

    def switch_off(self) -> None:
        """The server, past the platform."""
        provider = self.city.ctx.clouds.provider(self.city.record)
        server = next(item for item in self.city.cloud.inventory() if item.kind == "server")
        provider.servers.stop(server.tenant, server.backend_id)

    def lose(self, order: Order) -> None:
        """The servers of an order, past the platform."""
        provider = self.city.ctx.clouds.provider(self.city.record)
        tenant = self.city.read(lambda uow: uow.tenants.get(order.department_id, CLOUD))
        for server in self.city.resources(order).values():
            if isinstance(server, Server):
                provider.servers.delete(tenant.backend_id, server.backend_id)

    def change(self, noun: str, key: UUID, **fields: Any) -> None:
        """Changes a record of the register, as its use case would."""
        with self.city.ctx.unit_of_work(platform("test")) as uow:
            thing = getattr(uow, noun).get(key)
            for name, value in fields.items():
                setattr(thing, name, value)

    def room(self, code: str, **fields: Any) -> UUID:
        values: dict[str, Any] = {"kind": RoomKind.OWN, "status": RoomStatus.IN_USE, "power_kw": 30.0, "area_m2": 80.0}
        with self.city.ctx.unit_of_work(platform("test")) as uow:
            made = Room(
                code=f"{code}-{uuid4().hex[:6]}", name=code, department_id=self.city.ids["fgw"], created_at=uow.now,
                **values | fields,
            )  # fmt: skip
            uow.rooms.add(made)
        return made.id

    def observe(self, kind: EvidenceKind, room: UUID, who: str = "officer", **value: Any) -> Evidence:
        return evidence.add(
            self.city.ctx, self.city.people[who], subject_kind=Subject.ROOM, subject_id=room, kind=kind, value=value
        )

    def picture(self, kind: EvidenceKind, room: UUID, mark: str, who: str = "officer") -> Evidence:
        return evidence.hand_in(
            self.city.ctx, self.city.people[who], subject_kind=Subject.ROOM, subject_id=room, kind=kind,
            name=f"{mark}.jpg", content=photo(mark),
        )  # fmt: skip

    def close(self, room: UUID, mark: str = "a") -> None:
        """Claims a room closed, with everything that proves it."""
        self.change("rooms", room, status=RoomStatus.CLOSED, closed_on=self.today)
        self.observe(EvidenceKind.POWER_READING, room, it_power_w=0)
        self.observe(EvidenceKind.CIRCUITS_CUT, room, circuits_left=0)
        self.observe(EvidenceKind.SIGN_OFF, room, "officer")
        self.observe(EvidenceKind.SIGN_OFF, room, "operator")
        self.picture(EvidenceKind.PHOTO, room, f"{mark}-room")
        self.picture(EvidenceKind.METER_PHOTO, room, f"{mark}-meter")

    def reading(self, device: str, bytes_per_day: int, who: str = "operator") -> Evidence:
        return evidence.add(
            self.city.ctx, self.city.people[who], subject_kind=Subject.SYSTEM, subject_id=self.system,
            kind=EvidenceKind.TRAFFIC_READING, value={"bytes_per_day": bytes_per_day}, about=device,
        )  # fmt: skip


@contextmanager
def proven(tmp_path: Path) -> Iterator[Proof]:
    """A system that is proven to be on the platform: servers synced, check answered, the old device off."""
    with installation(tmp_path, clock=Clock()) as city:
        network = Network()
        object.__setattr__(city.app.context, "probes", network)
        city.delivered(city.build_items(count=1))
        address = city.ctx.queries.servers.page(city.ids["fgw"], {}, PageAsk()).items[0].fixed_addresses[0]
        with city.ctx.unit_of_work(platform("test")) as uow:
            day = today_for_people(uow.now) - timedelta(days=1)
            device = Device(
                code="srv-old-1", kind=DeviceKind.SERVER, department_id=city.ids["fgw"], system_id=city.ids["oa"],
                addresses=["192.168.7.9"], status=DeviceStatus.OFF, off_on=day, created_at=uow.now,
            )  # fmt: skip
            uow.devices.add(device)
        proof = Proof(city, network, device.id, address)
        proof.change("systems", proof.system, status="on_platform", check_url=URL)
        network.answers[URL] = Answer(answered=True, peer=address, status=200)
        proof.sync()
        proof.gather()
        yield proof
