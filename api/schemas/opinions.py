"""Opinions of the specialists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out, Text
from cloudctl.domain.opinions import Specialist, Verdict

Condition = Annotated[str, Field(min_length=1, max_length=1000)]


class OpinionIn(In):
    """A specialist's answer. `conditions` belong to agree_with_conditions, `words` to an objection.

    `specialist` may be left out by who speaks for one field only.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verdict": "agree_with_conditions", "conditions": ["仅开放443端口"], "words": "同意接入"}]
        }
    )

    verdict: Verdict
    specialist: Specialist | None = None
    conditions: list[Condition] = Field(default_factory=list, max_length=20)
    words: Text = ""


class AskIn(In):
    """One more specialist to ask, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"specialist": "security", "reason": "涉及个人信息"}]})

    specialist: Specialist
    reason: Text | None = None


class OpinionOut(Out, frozen=True, kw_only=True):
    """An opinion; `late` when it was given after `due_at`."""

    id: UUID
    order_id: UUID
    department_id: UUID
    specialist: str
    state: str
    verdict: str | None
    conditions: list[str]
    words: str
    given_by: UUID | None
    giver: str | None
    given_at: datetime | None
    asked_at: datetime
    due_at: datetime
    late: bool
    version: int
