"""Cases of listed supervision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Name, Out, Text
from cloudctl.domain.accounts import Role
from cloudctl.domain.cases import DEFAULT_WORKING_DAYS, CaseOrigin
from cloudctl.domain.clocks import Colour
from cloudctl.domain.evidence import Subject

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
WorkingDays = Annotated[int, Field(ge=1, le=250)]


class CaseIn(In):
    """A case to list: who owes it, what has to be put right and why, in how many working days.

    `cause` names what it came from: while a case of the same cause stands, no second one is opened.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "title": "机房已报关停仍在用电",
                    "reason": "十月读表 4200 W",
                    "working_days": 20,
                }
            ]
        }
    )

    department_id: UUID
    title: Name
    reason: Reason
    origin: CaseOrigin = CaseOrigin.HAND
    cause: Annotated[str, Field(max_length=200)] = ""
    subject_kind: Subject | None = None
    subject_id: UUID | None = None
    working_days: WorkingDays = DEFAULT_WORKING_DAYS


class LiesIn(In):
    """A system or room whose evidence contradicts what is claimed of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject_kind": "room", "subject_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02"}]}
    )

    subject_kind: Subject
    subject_id: UUID


class ProofIn(In):
    """What the department has done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"proof": "11月12日拆除并断电，见附件"}]})

    proof: Reason


class ClosingIn(In):
    """What the office says to the proof."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "现场核实无误"}]})

    reason: Text = ""


class CaseReturnIn(In):
    """What the proof lacks, and how many more working days there are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "照片看不清电表", "working_days": 5}]})

    reason: Reason
    working_days: WorkingDays = 5


class CaseOut(Out, frozen=True, kw_only=True):
    """A case. `proof` is what the department says it did, `closing` what the office said to it.

    With a `role` it is owed by who holds that role, in the office or in operations, and not by the department.
    """

    id: UUID
    number: str
    department_id: UUID
    origin: CaseOrigin
    cause: str
    subject_kind: Subject | None
    subject_id: UUID | None
    role: Role | None
    title: str
    reason: str
    state: str
    opened_by: UUID | None
    due_on: date
    due_at: datetime
    provisional: bool
    card: Colour | None
    proof: str | None
    proved_by: UUID | None
    proved_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    closing: str | None
    created_at: datetime
    version: int
