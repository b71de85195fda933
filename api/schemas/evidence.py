"""Evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out, Text
from cloudctl.domain.evidence import EvidenceKind, Source, Subject


class EvidenceIn(In):
    """An observation. `value` has the figure that its kind asks for; `about` is the device that a reading is of.

    Without `observed_at` it was observed now.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject_kind": "room",
                    "subject_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "kind": "power_reading",
                    "value": {"it_power_w": 0},
                }
            ]
        }
    )

    subject_kind: Subject
    subject_id: UUID
    kind: EvidenceKind
    value: Annotated[dict[str, int | Text], Field(default_factory=dict)]
    about: Annotated[str, Field(max_length=200)] = ""
    observed_at: datetime | None = None
    source: Literal[Source.PERSON, Source.METER] = Source.PERSON


class EvidenceOut(Out, frozen=True, kw_only=True):
    """An observation: what was seen, whether that speaks for the move or closure, and until when it counts."""

    id: UUID
    subject_kind: Subject
    subject_id: UUID
    department_id: UUID
    kind: EvidenceKind
    about: str
    value: dict[str, Any]
    holds: bool
    observed_at: datetime
    expires_at: datetime
    source: Source
    by: UUID | None
    for_account_id: UUID | None
    name: str | None
    media_type: str | None
    size_bytes: int | None
    digest: str | None
    created_at: datetime


class ContradictionOut(Out, frozen=True, kw_only=True):
    """A system or room that its evidence shows not to be what is claimed of it, by which signs.

    `seen_at` is when the newest of what it rests on was seen, `case` the number of the case that is open for it.
    """

    subject_kind: Subject
    subject_id: UUID
    code: str
    name: str
    department_id: UUID
    claimed: str
    signs: list[str]
    seen_at: datetime | None
    case: str | None
