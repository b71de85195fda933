"""Devices: physical servers and what else stands in racks, as their departments state them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.entries import Words
from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import DEVICES
from cloudctl.domain.racks import HIGHEST_UNITS, Occupant
from cloudctl.domain.register import Kind, Option, RegisterField, check_fields
from cloudctl.messages import mark


class DeviceKind(StrEnum):
    """What it is for."""

    SERVER = "server"
    STORAGE = "storage"
    NETWORK = "network"
    SECURITY = "security"
    OTHER = "other"


class DeviceStatus(StrEnum):
    """What is claimed of it; `domain.lifecycle.DEVICES` says what may follow what."""

    RUNNING = "running"
    OFF = "off"
    GONE = "gone"


KINDS = (
    Option("server", mark("server"), "服务器"),
    Option("storage", mark("storage"), "存储"),
    Option("network", mark("network device"), "网络设备"),
    Option("security", mark("security device"), "安全设备"),
    Option("other", mark("other"), "其他"),
)
STATUSES = (
    Option("running", mark("running"), "运行"),
    Option("off", mark("off"), "已关机"),
    Option("gone", mark("gone"), "已下架"),
)
FIELDS = (
    RegisterField("code", mark("Code"), "设备编码", Kind.CODE, required=True),
    RegisterField("name", mark("Name"), "设备名称", Kind.TEXT, most=200),
    RegisterField("kind", mark("Kind of device"), "设备类型", Kind.WORD, required=True, options=KINDS),
    RegisterField(
        "department_id", mark("Department"), "所属单位", Kind.REFERENCE, required=True, choices="departments"
    ),
    RegisterField("system_id", mark("System"), "所属系统", Kind.REFERENCE, choices="systems"),
    RegisterField("room_id", mark("Room"), "所在机房", Kind.REFERENCE, choices="rooms"),
    RegisterField(
        "rack_id", mark("Rack"), "机柜", Kind.REFERENCE, choices="racks", hint_zh="填机柜编码，须先填所在机房"
    ),
    RegisterField("first_unit", mark("Lowest unit"), "起始U位", Kind.WHOLE, least=1, most=HIGHEST_UNITS),
    RegisterField("units", mark("Units"), "高度（U）", Kind.WHOLE, least=1, most=HIGHEST_UNITS),
    RegisterField("vendor", mark("Vendor"), "厂商", Kind.CODE),
    RegisterField("model", mark("Model"), "型号", Kind.CODE),
    RegisterField("serial", mark("Serial number"), "序列号", Kind.CODE),
    RegisterField("addresses", mark("Addresses"), "IP地址", Kind.LIST),
    RegisterField("power_w", mark("Power (W)"), "功率（W）", Kind.WHOLE, most=100_000),
    RegisterField("virtual_host", mark("Virtual host"), "是否虚拟化主机", Kind.YES),
    RegisterField("vm_count", mark("Virtual machines"), "虚拟机数量", Kind.WHOLE, most=10_000),
    RegisterField("status", mark("Status"), "状态", Kind.WORD, required=True, options=STATUSES),
    RegisterField("bought_on", mark("Bought on"), "购置日期", Kind.DAY),
    RegisterField("cost_fen", mark("Cost (fen)"), "购置金额（分）", Kind.FEN),
    RegisterField("off_on", mark("Off since"), "关机日期", Kind.DAY),
    RegisterField("gone_on", mark("Gone on"), "下架日期", Kind.DAY),
    RegisterField("note", mark("Note"), "备注", Kind.TEXT),
)
"""What a device has, for forms and sheets."""
WORDS: Words = {"kind": DeviceKind, "status": DeviceStatus}


@dataclass(kw_only=True, eq=False)
class Device:
    """A device. `first_unit` is the lowest unit of its rack that it takes, `units` its height; power is in watts.

    A `virtual_host` is a server that runs `vm_count` virtual machines. `colocation_id` is the contract under which it
    stands in the shared room: it stands within the units that the contract has. Money is in fen.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str = ""
    kind: DeviceKind
    room_id: UUID | None = None
    rack_id: UUID | None = None
    first_unit: int | None = None
    units: int | None = None
    department_id: UUID
    system_id: UUID | None = None
    colocation_id: UUID | None = None
    vendor: str = ""
    model: str = ""
    serial: str = ""
    addresses: list[str] = field(default_factory=list)
    power_w: int | None = None
    virtual_host: bool = False
    vm_count: int | None = None
    status: DeviceStatus = DeviceStatus.RUNNING
    bought_on: date | None = None
    cost_fen: int | None = None
    off_on: date | None = None
    gone_on: date | None = None
    note: str = ""
    created_at: datetime
    version: int = 1

    @property
    def stands(self) -> bool:
        """Still there, running or off: it takes up its place."""
        return self.status is not DeviceStatus.GONE

    @property
    def occupant(self) -> Occupant | None:
        """What it takes up of its rack; None for one that is gone, in no rack, or within a colocation's units."""
        if self.rack_id is None or not self.stands or self.colocation_id is not None:
            return None
        return Occupant(self.id, self.rack_id, self.code, self.first_unit, self.units or 1, self.power_w or 0)

    def check(self, today: date) -> None:
        """Raises Invalid for a value that its field cannot have, or the first of `faults`."""
        check_fields(self, FIELDS)
        for fault in self.faults(today):
            raise fault

    def faults(self, today: date) -> Iterator[Invalid]:
        """What contradicts itself: virtual machines without a host, a unit without a rack or a height, dates."""
        if self.virtual_host and self.kind is not DeviceKind.SERVER:
            yield Invalid("A virtual host is a server.", field="virtual_host", way_out="Correct its kind, or this.")
        if self.vm_count and not self.virtual_host:
            yield Invalid(
                "{count} virtual machines run on no virtual host.", field="vm_count",
                way_out="Say that it is a virtual host.", count=self.vm_count,
            )  # fmt: skip
        if self.first_unit is not None and self.rack_id is None and self.colocation_id is None:
            yield Invalid("A unit is one of a rack.", field="first_unit", way_out="Name the rack.")
        if self.first_unit is not None and self.units is None:
            yield Invalid("What stands on a unit has a height.", field="units", way_out="Say how many units it takes.")
        yield from self._dates(today)

    def _dates(self, today: date) -> Iterator[Invalid]:
        if self.status is DeviceStatus.OFF and self.off_on is None:
            yield Invalid("A device that is off has a date.", field="off_on", way_out="Say since when it is off.")
        if self.status is DeviceStatus.GONE and self.gone_on is None:
            yield Invalid("A device that is gone has a date.", field="gone_on", way_out="Say when it was taken out.")
        if self.status is DeviceStatus.RUNNING and (self.off_on or self.gone_on):
            yield Invalid(
                "A device that runs is neither off nor gone since a day.",
                field="off_on" if self.off_on else "gone_on", way_out="Leave the date out, or correct the status.",
            )  # fmt: skip
        for name in ("bought_on", "off_on", "gone_on"):
            day = getattr(self, name)
            if day is not None and day > today:
                yield Invalid("{day} is still to come.", field=name, way_out="Give a day that has been.", day=str(day))

    def turn(self, status: DeviceStatus) -> None:
        """Claims another status; raises Refused for one that cannot follow."""
        if status is not self.status:
            self.status = DeviceStatus(DEVICES.towards(self.status, status))
