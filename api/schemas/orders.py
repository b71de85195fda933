"""Orders: the form as it is sent, the order and its evaluation as they are answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import UNSET, Changes, In, Line, Name, Out, Text, Zone
from api.schemas.items import ItemIn, ItemOut, shown
from cloudctl.domain.clocks import Clock
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.lifecycle import ORDERS
from cloudctl.domain.orders import Backup, Order
from cloudctl.domain.placements import Placement, joined
from cloudctl.domain.policies import Finding
from cloudctl.services.evaluations import Evaluation
from cloudctl.services.orders import OrderForm

Items = Annotated[list[ItemIn], Field(min_length=1, max_length=100)]
Bandwidth = Annotated[int, Field(ge=1, le=100_000)]

EXAMPLE: dict[str, Any] = {
    "system_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
    "title": "审批平台扩容",
    "purpose": "两台应用服务器，各一块数据盘，一个网段",
    "users": "80 个市直部门",
    "project_document": "发改高技〔2026〕12号",
    "zone": "extranet",
    "ports": "443/tcp",
    "bandwidth_mbps": 50,
    "backup": "daily",
    "go_live_on": "2027-01-15",
    "contact_name": "张伟",
    "contact_phone": "0532-12345678",
    "no_state_secrets": True,
    "items": [
        {"kind": "network", "name": "app", "prefix_length": 26, "term_months": 12},
        {
            "kind": "server",
            "name": "app",
            "count": 2,
            "specification": "s2.medium",
            "image": "openeuler-24.03",
            "network": "app",
            "disks": [{"size_gib": 100}],
            "user_data": "#cloud-config\npackages: [nginx]\n",
            "term_months": 12,
        },
    ],
}


DUE = ("step", "due_on", "due_provisional", "frozen_until", "days_left")


class OrderIn(In):
    """The application form (申请表). `no_state_secrets` declares that no state secrets (涉密) are handled."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    system_id: UUID
    title: Name
    purpose: Annotated[str, Field(min_length=1, max_length=4000)]
    users: Text = ""
    project_document: Line = ""
    zone: Zone
    ports: Line = ""
    bandwidth_mbps: Bandwidth | None = None
    backup: Backup = Backup.NONE
    go_live_on: date | None = None
    contact_name: Line = ""
    contact_phone: Line = ""
    no_state_secrets: bool | None = None
    items: Items

    def form(self) -> OrderForm:
        """The use case's form of it."""
        return OrderForm(**(self.fields() | {"items": [entry.item() for entry in self.items]}))


class OrderChanges(Changes):
    """Fields of a draft or returned order to change; `items` replaces all items."""

    system_id: UUID = UNSET
    title: Name = UNSET
    purpose: Annotated[str, Field(min_length=1, max_length=4000)] = UNSET
    users: Text = UNSET
    project_document: Line = UNSET
    zone: Zone = UNSET
    ports: Line = UNSET
    bandwidth_mbps: Bandwidth | None = UNSET
    backup: Backup = UNSET
    go_live_on: date | None = UNSET
    contact_name: Line = UNSET
    contact_phone: Line = UNSET
    no_state_secrets: bool = UNSET
    items: Items = UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, items in the domain's form."""
        sent = super().changes()
        return sent | {"items": [entry.item() for entry in self.items]} if "items" in sent else sent


class DecisionIn(In):
    """The words that go with a decision. A return or rejection needs some: all that is missing, at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "材料齐全"}]})

    reason: Text | None = None


class OrderOut(Out, frozen=True, kw_only=True):
    """An order. `possible` are the events that its state accepts, `findings` what policies said when it was judged.

    `step` is what the clock runs for, `due_on` its promised last day, `days_left` the working days to it. A due day in
    a freeze window is judged as `frozen_until`.
    """

    id: UUID
    number: str
    department_id: UUID
    system_id: UUID
    applicant_id: UUID
    filed_by: UUID | None
    title: str
    purpose: str
    users: str
    project_document: str
    zone: str
    ports: str
    bandwidth_mbps: int | None
    backup: Backup
    go_live_on: date | None
    contact_name: str
    contact_phone: str
    no_state_secrets: bool
    declared_by: str | None
    declared_at: datetime | None
    items: list[ItemOut]
    state: str
    emergency: bool
    possible: list[str]
    cloud: str | None
    placements: list[Placement]
    findings: list[Finding]
    effect: str | None
    held: bool
    attempt: int
    cancel_requested: bool
    correction_due: datetime | None
    step: str | None
    due_on: date | None
    due_provisional: bool | None
    frozen_until: date | None
    days_left: int | None
    office_id: UUID | None
    signed_off_by: UUID | None
    accepted_by: UUID | None
    accepted_at: datetime | None
    conditions: list[dict[str, str]]
    approved_by: UUID | None
    applicant_for: UUID | None
    signed_off_for: UUID | None
    approved_for: UUID | None
    submitted_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, order: Order) -> Self:
        """This shape of an order."""
        return cls(
            **cls.copied(order, "items", "possible", "findings", "effect", *DUE),
            **_due(order.clock),
            items=[shown(item) for item in order.items],
            possible=ORDERS.events(order.state),
            findings=list(order.ruling.findings),
            effect=order.ruling.effect,
        )


def _due(clock: Clock | None) -> dict[str, Any]:
    if clock is None:
        return dict.fromkeys(DUE)
    given = (clock.step.value, clock.promised_on, clock.provisional, clock.frozen_until, clock.days_left)
    return dict(zip(DUE, given, strict=True))


class AmountOut(Out, frozen=True, kw_only=True):
    """One dimension of a cloud: what the order takes there, what the department and the cloud have left.

    `demand` nets what grows there against what shrinks. `quota_left` is 0 where the department has no quota,
    `cloud_left` null where the cloud sets no bound.
    """

    cloud: str
    dimension: str
    demand: int
    quota_left: int
    cloud_left: int | None


class BerthOut(Out, frozen=True, kw_only=True):
    """Where a colocation would stand in the shared room."""

    item: int
    name: str
    room_id: UUID | None
    rack_id: UUID | None
    first_unit: int | None
    units: int
    power_w: int


class EvaluationOut(Out, frozen=True, kw_only=True):
    """What would happen if the form were handed in now. Nothing was written."""

    cloud: str
    placements: list[Placement]
    effect: str | None
    auto_approved: bool
    findings: list[Finding]
    amounts: list[AmountOut]
    resources: list[str]
    fittings: list[BerthOut]

    @classmethod
    def of(cls, found: Evaluation) -> Self:
        """This shape of an evaluation."""
        amounts = [
            AmountOut(
                cloud=cloud,
                dimension=dimension,
                demand=found.demand[cloud][dimension],
                quota_left=quota.left if (quota := found.quota[cloud].get(dimension)) else 0,
                cloud_left=room.left,
            )
            for cloud, rooms in found.capacity.items()
            for dimension, room in rooms.items()
        ]
        return cls(
            cloud=joined(found.placements) or "",
            placements=found.placements,
            effect=found.ruling.effect,
            auto_approved=found.ruling.auto_approved,
            findings=list(found.ruling.findings),
            amounts=amounts,
            resources=[f"{entry.KIND.value} {entry.name}" for entry in (*found.plan.resources, *found.plan.fittings)],
            fittings=[BerthOut.of(entry) for entry in found.plan.fittings if isinstance(entry, Colocation)],
        )
