"""Ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out, Text


class RatingIn(In):
    """A mark from 1 (very bad) to 5 (very good); 1 and 2 need a reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mark": 2, "reason": "交付比承诺晚了三个工作日"}]})

    mark: Annotated[int, Field(ge=1, le=5)]
    reason: Text = ""


class AnswerIn(In):
    """What the office answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "已查明原因并改进流程，抱歉。"}]})

    answer: Annotated[str, Field(min_length=1, max_length=4000)]


class RatingOut(Out, frozen=True, kw_only=True):
    """A rating; `answer_due` is set for a bad one."""

    id: UUID
    order_id: UUID
    department_id: UUID
    rated_by: UUID
    mark: int
    reason: str
    state: str
    answer_due: datetime | None
    answer: str | None
    answered_by: UUID | None
    answered_at: datetime | None
    created_at: datetime
    version: int
