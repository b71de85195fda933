"""Orders (申请单): a department's request, and its way through sign-off, review and delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.clocks import Clock
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import Item
from cloudctl.domain.lifecycle import ORDERS
from cloudctl.domain.placements import Placement, joined
from cloudctl.domain.policies import Ruling

CORRECTION_WORKING_DAYS = 10


class Backup(StrEnum):
    """How often the asked-for systems are backed up."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(kw_only=True, eq=False)
class Order:
    """The form (申请表) and its state. `placements` are set when it is handed in; `cloud` joins their codes.

    `number` is what people quote: the year and a running number. `attempt` counts the sagas that were started for it.
    `filed_by` is who handed it in for the department (代办). `applicant_for`, `signed_off_for` and `approved_for` are
    whom a deputy acted for. `held` says that quota and prefixes are held for it; they are let go of exactly once.
    `declared_by` and `declared_at` are who declared that no state secrets are handled, and when. `office_id` is the
    district whose office decides; None: the city's office does.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    department_id: UUID
    system_id: UUID
    applicant_id: UUID
    title: str
    purpose: str
    users: str = ""
    project_document: str = ""
    zone: str
    ports: str = ""
    bandwidth_mbps: int | None = None
    backup: Backup = Backup.NONE
    go_live_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    declared_by: str | None = None
    declared_at: datetime | None = None
    emergency: bool = False
    items: list[Item]
    state: str = "draft"
    cloud: str | None = None
    placements: list[Placement] = field(default_factory=list)
    ruling: Ruling = field(default_factory=Ruling)
    held: bool = False
    attempt: int = 0
    cancel_requested: bool = False
    correction_due: datetime | None = None
    office_id: UUID | None = None
    signed_off_by: UUID | None = None
    accepted_by: UUID | None = None
    accepted_at: datetime | None = None
    conditions: list[dict[str, str]] = field(default_factory=list)
    approved_by: UUID | None = None
    filed_by: UUID | None = None
    applicant_for: UUID | None = None
    signed_off_for: UUID | None = None
    approved_for: UUID | None = None
    submitted_at: datetime | None = None
    delivered_at: datetime | None = None
    clock_id: UUID | None = None
    clock: Clock | None = field(default=None, init=False, repr=False)  # that of its state; no column of its own
    last_error: str | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = ORDERS.next(self.state, event)

    @property
    def no_state_secrets(self) -> bool:
        """Whether it was declared that no state secrets are handled."""
        return self.declared_at is not None

    def require(self, event: str) -> None:
        """Raises Refused where `event` is not possible now."""
        ORDERS.next(self.state, event)

    @property
    def clouds(self) -> list[str]:
        """The codes of the clouds that serve it."""
        return sorted({placement.cloud for placement in self.placements})

    def settle(self, placements: Iterable[Placement]) -> None:
        """Takes its places."""
        self.placements = list(placements)
        self.cloud = joined(self.placements)

    @property
    def workflow_id(self) -> str:
        """The id of the saga of the current attempt: the same attempt is never started twice."""
        return f"{self.id}:{self.attempt}"

    @property
    def lane(self) -> str:
        """Where its sagas queue: with the orders of its clouds, or beside them, so that an emergency waits for none.

        An order that no cloud has a part in (colocations, accesses) queues with others of its kind.

        Orders over several clouds have a lane of their own: one cloud that is slow holds up nobody else's orders.
        """
        lane = self.cloud or "fittings"
        return f"{lane}/emergency" if self.emergency else lane

    @property
    def open(self) -> bool:
        """Still on its way: it may hold quota, prefixes and claims."""
        return self.state not in {"delivered", "rejected", "refused", "cancelled", "failed", "closed"}
