"""Adoption of what already runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Line, Out, Zone
from cloudctl.domain.adoptions import LONGEST_TERM_MONTHS, Adoption, Criterion
from cloudctl.messages import fill, translator
from cloudctl.services.adoption_plans import Booking, Planned
from cloudctl.services.adoption_sheets import Receipt, told


class AdoptionRuleIn(In):
    """A rule: objects that meet all of `matches` go to the department's system. `folder`, `name`, `network` take *."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "fgw-folder",
                    "matches": {"cloud": "vc-1", "folder": "市直/发改委/*"},
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "system_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a03",
                    "term_months": 12,
                    "contact": "李 0532-12345678",
                }
            ]
        }
    )

    code: Code
    matches: dict[Criterion, Annotated[str, Field(min_length=1, max_length=400)]]
    department_id: UUID
    system_id: UUID
    term_months: Annotated[int, Field(ge=1, le=LONGEST_TERM_MONTHS)]
    zone: Zone | None = None
    contact: Line = ""
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0


class AdoptionRuleOut(Out, frozen=True, kw_only=True):
    """A rule of adoption."""

    id: UUID
    code: str
    priority: int
    matches: dict[str, str]
    department_id: UUID
    system_id: UUID
    zone: str | None
    term_months: int
    contact: str
    created_by: UUID
    created_at: datetime
    version: int


class AdoptionPlanIn(In):
    """Which rules, or all, over which cloud, or all. `digest` is the one of the plan that was shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": ["fgw-folder"], "cloud": "vc-1"}]})

    rules: Annotated[list[Code], Field(max_length=500)] | None = None
    cloud: Code | None = None
    digest: Annotated[str, Field(max_length=64)] | None = None


class UndoIn(In):
    """Why an adoption is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "错归单位"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class TakeOut(Out, frozen=True, kw_only=True):
    """An object that is taken, by which rule or row, and for whom; `note` says what of it was left alone."""

    object_id: UUID
    source: str
    cloud: str
    kind: str
    native_id: str
    name: str
    folder: str | None
    department: str
    system: str
    zone: str
    term_months: int
    contact: str
    note: str | None


class ConflictOut(Out, frozen=True, kw_only=True):
    """An object that several rules want for different targets: neither gets it."""

    object_id: UUID
    cloud: str
    kind: str
    native_id: str
    name: str
    sources: list[str]


class RefusalOut(Out, frozen=True, kw_only=True):
    """An object, or a row of a sheet, that is not taken, and why."""

    row: int | None
    source: str
    cloud: str
    name: str
    reason: str
    way_out: str


class BookingOut(Out, frozen=True, kw_only=True):
    """What a plan books on the ledger; `left` is negative where it passes the quota."""

    department: str
    cloud: str
    zone: str
    dimension: str
    amount: int
    left: int


class AdoptionPlanOut(Out, frozen=True, kw_only=True):
    """A dry run. `taken` counts by rule or row; `unclaimed` are servers that nothing takes; nothing was kept."""

    takes: list[TakeOut]
    taken: dict[str, int]
    conflicts: list[ConflictOut]
    refusals: list[RefusalOut]
    unclaimed: int
    bookings: list[BookingOut]
    digest: str

    @classmethod
    def told(cls, planned: Planned, locale: str) -> Self:
        """This shape of a plan, its reasons in the reader's language."""
        say, made = translator(locale), planned.plan
        return cls(
            takes=[
                TakeOut(
                    object_id=take.object_id,
                    source=take.source,
                    cloud=take.cloud,
                    kind=take.kind.value,
                    native_id=take.native_id,
                    name=take.name,
                    folder=take.tenant_name,
                    department=planned.departments[take.department_id],
                    system=planned.systems[take.system_id],
                    zone=take.zone,
                    term_months=take.term_months,
                    contact=take.contact,
                    note=say(take.note) if take.note else None,
                )
                for take in made.takes
            ],
            taken=made.taken,
            conflicts=[
                ConflictOut(
                    object_id=found.object_id,
                    cloud=found.cloud,
                    kind=found.kind.value,
                    native_id=found.native_id,
                    name=found.name,
                    sources=list(found.sources),
                )
                for found in made.conflicts
            ],
            refusals=[
                RefusalOut(
                    row=refusal.row,
                    source=refusal.source,
                    cloud=refusal.cloud,
                    name=refusal.name,
                    reason=fill(say, refusal.message, refusal.params),
                    way_out=fill(say, refusal.way_out, refusal.params),
                )
                for refusal in made.refusals
            ],
            unclaimed=made.unclaimed,
            bookings=[_booking(booking) for booking in planned.bookings],
            digest=planned.digest,
        )


def _booking(booking: Booking) -> BookingOut:
    return BookingOut(
        department=booking.department,
        cloud=booking.cloud,
        zone=booking.zone,
        dimension=booking.dimension.value,
        amount=booking.amount,
        left=booking.left,
    )


class AdoptionOut(Out, frozen=True, kw_only=True):
    """An adoption. `rejected` counts the sheet's rows that were not taken; the rest stands in its takings."""

    id: UUID
    number: str
    source: str
    rules: list[str]
    state: str
    rejected: int
    last_error: str | None
    asked_by: UUID
    created_at: datetime
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, adoption: Adoption) -> Self:
        """This shape of an adoption."""
        return cls(**cls.copied(adoption, "rejected"), rejected=len(adoption.rejected))


class AdoptionStateOut(AdoptionOut, frozen=True, kw_only=True):
    """An adoption with how many of its takings are in each state."""

    takings: dict[str, int]

    @classmethod
    def of(cls, pair: tuple[Adoption, dict[str, int]]) -> Self:  # type: ignore[override]  # it takes the counts along
        """This shape of an adoption and its counts."""
        adoption, counts = pair
        values = cls.copied(adoption, "rejected", "takings")
        return cls(**values, rejected=len(adoption.rejected), takings=counts)


class RejectedOut(Out, frozen=True, kw_only=True):
    """A row of the sheet that was rejected, with everything that is wrong with it."""

    row: int
    cells: dict[str, str]
    reason: str
    way_out: str


class SheetOut(Out, frozen=True, kw_only=True):
    """What came of a sheet: its rows, what they take, the rejected ones; `adoption` is null for a dry run."""

    rows: int
    plan: AdoptionPlanOut
    rejected: list[RejectedOut]
    adoption: AdoptionOut | None

    @classmethod
    def told(cls, receipt: Receipt, locale: str) -> Self:
        """This shape of a receipt, its reasons in the reader's language."""
        return cls(
            rows=receipt.rows,
            plan=AdoptionPlanOut.told(receipt.planned, locale),
            rejected=[_rejected(row, locale) for row in receipt.rejected],
            adoption=None if receipt.adoption is None else AdoptionOut.of(receipt.adoption),
        )


def _rejected(row: dict[str, Any], locale: str) -> RejectedOut:
    reason, way_out = told(row, locale)
    return RejectedOut(row=row["row"], cells=row["cells"], reason=reason, way_out=way_out)
