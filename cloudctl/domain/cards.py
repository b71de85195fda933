"""Cards of the electronic supervision (电子监察): a warning, a yellow or a red card for one step of one order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.clocks import Colour
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.limits import Step


@dataclass(kw_only=True, eq=False)
class Card:
    """`due_on` is the day that it is about; `told` are the roles it went to; `excuse` explains it away, on record.

    For one clock each colour is given once.
    """

    id: UUID = field(default_factory=new_id)
    clock_id: UUID
    order_id: UUID
    department_id: UUID
    step: Step
    colour: Colour
    due_on: date
    told: list[str] = field(default_factory=list)
    given_at: datetime
    excused_at: datetime | None = None
    excused_by: UUID | None = None
    excuse: str | None = None
    version: int = 1
