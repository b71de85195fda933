"""Time limits and cards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out
from cloudctl.domain.clocks import Colour
from cloudctl.domain.limits import OrderKind, Step


class ExcuseIn(In):
    """Why nobody is at fault."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "机房停电，步骤无法办理"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class CardOut(Out, frozen=True, kw_only=True):
    """A warning, a yellow or a red card for the step of an order whose limit ended on `due_on`."""

    id: UUID
    clock_id: UUID
    order_id: UUID
    department_id: UUID
    step: Step
    colour: Colour
    due_on: date
    told: list[str]
    given_at: datetime
    excused_at: datetime | None
    excused_by: UUID | None
    excuse: str | None
    version: int


class LimitOut(Out, frozen=True, kw_only=True):
    """The working days that a step of a kind of order may take: by law, and as promised."""

    kind: OrderKind
    step: Step
    statutory: int
    promised: int
