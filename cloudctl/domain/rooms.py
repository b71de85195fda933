"""Machine rooms (机房): places with racks, that have an owner and a status.

What stands here is what a department says of its room (claimed). Whether a room that is said to be closed is closed is
for evidence to tell: a claim that contradicts itself is refused, one that devices contradict is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.entries import Words
from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import ROOMS
from cloudctl.domain.register import Kind, Option, RegisterField, check_fields
from cloudctl.messages import mark


class RoomKind(StrEnum):
    """Whose the room is: a department's own, the city's shared one, or a carrier's."""

    OWN = "own"
    SHARED = "shared"
    CARRIER = "carrier"


class RoomCategory(StrEnum):
    """What kind of place it is. A change of category takes a room out of a count: it is on record like any other."""

    SERVER_ROOM = "server_room"
    CLOSET = "closet"
    CONTAINER = "container"
    OFFICE = "office"


class RoomStatus(StrEnum):
    """What is claimed of it; `domain.lifecycle.ROOMS` says what may follow what."""

    PLANNED = "planned"
    IN_USE = "in_use"
    CLOSING = "closing"
    CLOSED = "closed"
    REOPENED = "reopened"


KINDS = (
    Option("own", mark("own"), "自有"),
    Option("shared", mark("shared"), "共享"),
    Option("carrier", mark("carrier's"), "运营商"),
)
CATEGORIES = (
    Option("server_room", mark("server room"), "机房"),
    Option("closet", mark("server closet"), "设备间"),
    Option("container", mark("container"), "集装箱机房"),
    Option("office", mark("in an office"), "办公室内"),
)
STATUSES = (
    Option("planned", mark("planned"), "拟建"),
    Option("in_use", mark("in use"), "在用"),
    Option("closing", mark("closing"), "腾退中"),
    Option("closed", mark("closed"), "已关闭"),
    Option("reopened", mark("reopened"), "重新启用"),
)
FIELDS = (
    RegisterField("code", mark("Code"), "机房编码", Kind.CODE, required=True),
    RegisterField("name", mark("Name"), "机房名称", Kind.TEXT, required=True, most=200),
    RegisterField(
        "department_id", mark("Department"), "所属单位", Kind.REFERENCE, required=True, choices="departments"
    ),
    RegisterField("kind", mark("Kind of room"), "机房性质", Kind.WORD, required=True, options=KINDS),
    RegisterField("category", mark("Category"), "机房类别", Kind.WORD, required=True, options=CATEGORIES),
    RegisterField("address", mark("Address"), "地址", Kind.TEXT, most=200),
    RegisterField("zones", mark("Zones"), "分区", Kind.LIST, hint_zh="多个分区以顿号或逗号分隔，如：屏蔽、核心、扩展"),
    RegisterField("area_m2", mark("Area (m²)"), "面积（平方米）", Kind.FIGURE),
    RegisterField("power_kw", mark("Rated power (kW)"), "额定功率（kW）", Kind.FIGURE),
    RegisterField("it_power_kw", mark("IT power (kW)"), "IT设备实测功率（kW）", Kind.FIGURE),
    RegisterField("total_power_kw", mark("Total power (kW)"), "实测总功率（kW）", Kind.FIGURE),
    RegisterField("ups_kva", mark("UPS (kVA)"), "UPS容量（kVA）", Kind.FIGURE),
    RegisterField("cooling_kw", mark("Cooling (kW)"), "制冷量（kW）", Kind.FIGURE),
    RegisterField("server_count", mark("Servers (survey)"), "服务器数量（普查）", Kind.WHOLE),
    RegisterField("virtual_host_count", mark("Virtual hosts (survey)"), "虚拟化主机数量（普查）", Kind.WHOLE),
    RegisterField("status", mark("Status"), "状态", Kind.WORD, required=True, options=STATUSES),
    RegisterField("opened_on", mark("Opened on"), "启用日期", Kind.DAY),
    RegisterField("closed_on", mark("Closed on"), "关闭日期", Kind.DAY, hint_zh="腾退中的填计划关闭日期"),
    RegisterField("contact_name", mark("Contact"), "联系人", Kind.CODE),
    RegisterField("contact_phone", mark("Telephone"), "联系电话", Kind.CODE),
    RegisterField("note", mark("Note"), "备注", Kind.TEXT),
)
"""What a room has, for forms and sheets."""
WORDS: Words = {"kind": RoomKind, "category": RoomCategory, "status": RoomStatus}


@dataclass(kw_only=True, eq=False)
class Room:
    """A machine room. Areas are in m², power and cooling in kW, UPS in kVA, with one decimal; None is not known.

    `power_kw` is what its supply is rated for; `it_power_kw` and `total_power_kw` were measured. `server_count` and
    `virtual_host_count` are the survey's, where its devices are not on record one by one. `zones` are its parts, as
    shielded, core or extension. `closed_on` is the day on which it closed, or for one that is closing is to close.
    `exemption_id` is what lifted the rule against own machine rooms for it.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    department_id: UUID
    kind: RoomKind = RoomKind.OWN
    category: RoomCategory = RoomCategory.SERVER_ROOM
    address: str = ""
    zones: list[str] = field(default_factory=list)
    area_m2: float | None = None
    power_kw: float | None = None
    it_power_kw: float | None = None
    total_power_kw: float | None = None
    ups_kva: float | None = None
    cooling_kw: float | None = None
    server_count: int | None = None
    virtual_host_count: int | None = None
    status: RoomStatus = RoomStatus.IN_USE
    opened_on: date | None = None
    closed_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    note: str = ""
    exemption_id: UUID | None = None
    created_at: datetime
    version: int = 1

    def check(self, today: date) -> None:
        """Raises Invalid for a value that its field cannot have, or the first of `faults`."""
        check_fields(self, FIELDS)
        for fault in self.faults(today):
            raise fault

    def faults(self, today: date) -> Iterator[Invalid]:
        """What contradicts itself: IT power above the total, virtual hosts above servers, dates."""
        if _above(self.it_power_kw, self.total_power_kw):
            yield Invalid(
                "IT power of {it} kW is above the total of {total} kW.", field="it_power_kw",
                way_out="The total has cooling and all else besides: read both meters again.",
                it=self.it_power_kw, total=self.total_power_kw,
            )  # fmt: skip
        if _above(self.virtual_host_count, self.server_count):
            yield Invalid(
                "{hosts} virtual hosts are more than {servers} servers.", field="virtual_host_count",
                way_out="A virtual host is one of the servers: count the machines, not what runs on them.",
                hosts=self.virtual_host_count, servers=self.server_count,
            )  # fmt: skip
        yield from self._dates(today)

    def _dates(self, today: date) -> Iterator[Invalid]:
        ended = self.status in {RoomStatus.CLOSED, RoomStatus.CLOSING}
        if ended and self.closed_on is None:
            yield Invalid(
                "A room that is {status} has a date.", field="closed_on",
                way_out="Say on which day it closed, or is to close.", status=self.status.value,
            )  # fmt: skip
        if not ended and self.closed_on is not None:
            yield Invalid(
                "A room that is {status} has no closing date.", field="closed_on",
                way_out="Leave the date out, or set the status to closing or closed.", status=self.status.value,
            )  # fmt: skip
        if self.status is RoomStatus.CLOSED and self.closed_on is not None and self.closed_on > today:
            yield Invalid(
                "It cannot have closed on {day}, which is still to come.", field="closed_on",
                way_out="Set the status to closing until then.", day=str(self.closed_on),
            )  # fmt: skip
        if _above(self.opened_on, self.closed_on):
            yield Invalid(
                "It closed on {closed}, before it opened on {opened}.", field="closed_on",
                way_out="Check both dates.", closed=str(self.closed_on), opened=str(self.opened_on),
            )  # fmt: skip

    def turn(self, status: RoomStatus) -> None:
        """Claims another status; raises Refused for one that cannot follow. A room that opens again is `reopened`."""
        if status is not self.status:
            self.status = RoomStatus(ROOMS.towards(self.status, status))


def _above(value: float | date | None, most: float | date | None) -> bool:
    """Whether both are known and the first is more."""
    return value is not None and most is not None and value > most  # type: ignore[operator]  # both of one kind
