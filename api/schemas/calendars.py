"""Working days: a year of the calendar, and the office's own days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out
from cloudctl.services.calendars import Year


class CalendarDayIn(In):
    """What a day is to be, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"works": False, "words": "台风停工"}]})

    works: bool
    words: Annotated[str, Field(min_length=1, max_length=200)]


class CalendarDayOut(Out, frozen=True, kw_only=True):
    """A day that the office has set."""

    id: UUID
    day: date
    works: bool
    words: str
    set_by: UUID
    created_at: datetime
    version: int


class SpecialDayOut(Out, frozen=True, kw_only=True):
    """A day that is not what its weekday says, or that the office has set; `source`: official, fixed or local."""

    day: date
    works: bool
    source: str
    words: str


class YearOut(Out, frozen=True, kw_only=True):
    """A year's special days by date. Not `published`: weekends and fixed holidays count as free, provisionally."""

    year: int
    published: bool
    working_days: int
    days: list[SpecialDayOut]

    @classmethod
    def of(cls, year: Year) -> Self:
        """This shape of a year."""
        return cls(**cls.copied(year, "days"), days=[SpecialDayOut.of(day) for day in year.days])
