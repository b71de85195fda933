"""Network accesses (网络接入): units' lines, terminals and Internet egress, from the province down to villages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from cloudctl.domain.entries import Words
from cloudctl.domain.errors import Invalid
from cloudctl.domain.fittings import AccessKind, AccessLevel, Fitting, FittingKind
from cloudctl.domain.items import AccessItem
from cloudctl.domain.orders import Order
from cloudctl.domain.register import Kind, Option, RegisterField, check_fields
from cloudctl.messages import mark

KINDS = (
    Option("line", mark("line"), "专线"),
    Option("terminals", mark("terminals"), "终端"),
    Option("egress", mark("Internet egress"), "互联网出口"),
)
LEVELS = (
    Option("province", mark("province"), "省级"),
    Option("city", mark("city"), "市级"),
    Option("district", mark("district"), "县级"),
    Option("township", mark("township"), "乡镇级"),
    Option("village", mark("village"), "村级"),
)
STATES = (
    Option("assigned", mark("to be connected"), "待开通"),
    Option("in_use", mark("in use"), "在用"),
    Option("leaving", mark("being taken out"), "待拆除"),
    Option("ended", mark("ended"), "已拆除"),
)
FIELDS = (
    RegisterField("number", mark("Number"), "接入编号", Kind.CODE, required=True),
    RegisterField("name", mark("Name"), "接入名称", Kind.TEXT, most=200),
    RegisterField(
        "department_id", mark("Department"), "接入单位", Kind.REFERENCE, required=True, choices="departments"
    ),
    RegisterField("system_id", mark("System"), "所属系统", Kind.REFERENCE, choices="systems"),
    RegisterField("kind", mark("Kind of access"), "接入类型", Kind.WORD, required=True, options=KINDS),
    RegisterField("level", mark("Level"), "网络层级", Kind.WORD, required=True, options=LEVELS),
    RegisterField("zone", mark("Network zone"), "网络区域", Kind.REFERENCE, required=True, choices="zones"),
    RegisterField("count", mark("Count"), "数量", Kind.WHOLE, required=True, least=1, most=1_000_000),
    RegisterField("bandwidth_mbps", mark("Bandwidth (Mbit/s)"), "带宽（Mbps）", Kind.WHOLE, least=1, most=10_000_000),
    RegisterField(
        "security_package", mark("Security package"), "安全服务包", Kind.REFERENCE, choices="security_packages"
    ),
    RegisterField("state", mark("State"), "状态", Kind.WORD, required=True, options=STATES),
    RegisterField("from_on", mark("From"), "开通日期", Kind.DAY),
    RegisterField("until_on", mark("Until"), "到期日期", Kind.DAY),
    RegisterField("note", mark("Note"), "备注", Kind.TEXT),
)
"""What an access has, for forms and sheets."""
WORDS: Words = {"kind": AccessKind, "level": AccessLevel}


@dataclass(kw_only=True, eq=False)
class Access(Fitting):
    """`count` lines or terminals, or one Internet egress, in a network `zone`; `bandwidth_mbps` is that of each.

    An egress takes its bandwidth from what its zone has in all. `security_package` is one of the catalogue.
    """

    KIND: ClassVar[FittingKind] = FittingKind.ACCESS

    kind: AccessKind
    level: AccessLevel
    zone: str
    count: int = 1
    bandwidth_mbps: int | None = None
    security_package: str | None = None

    @classmethod
    def of(cls, order: Order, position: int, item: AccessItem, now: datetime) -> Self:
        """What an order's item asks for, in the order's zone."""
        return cls(
            **cls.asked(order, position, item, cls.KIND, now),
            kind=item.access,
            level=item.level,
            zone=order.zone,
            count=item.count,
            bandwidth_mbps=item.bandwidth_mbps,
            security_package=item.security_package,
        )

    @property
    def egress_mbps(self) -> int:
        """What it takes of its zone's Internet egress."""
        return (self.bandwidth_mbps or 0) if self.kind is AccessKind.EGRESS and self.holds else 0

    def check(self) -> None:
        """Raises Invalid for what cannot be connected so."""
        check_fields(self, (field for field in FIELDS if field.name != "state"))
        if self.kind is not AccessKind.TERMINALS and self.bandwidth_mbps is None:
            raise Invalid("A line has a bandwidth.", field="bandwidth_mbps", way_out="Give Mbit/s.")
        if self.kind is AccessKind.EGRESS and self.count != 1:
            raise Invalid(
                "A unit has one Internet egress.", field="count", way_out="Ask for one with the bandwidth of all."
            )
