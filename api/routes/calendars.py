"""Working days: `/v1/calendars/{year}`, and the office's own days below `/v1/calendars/days`."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.calendars import CalendarDayIn, CalendarDayOut, YearOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import calendars

router = APIRouter(tags=["calendars"])


@router.get("/v1/calendars/{year}", **answering(YearOut, needs=Permission.CALENDARS_READ))
def get_calendar(request: Request, year: int) -> Response:
    """The special days of a year: holidays, make-up days (调休) and the office's own."""
    return Caller(request).show(YearOut.of, calendars.show, year)


@router.put("/v1/calendars/days/{day}", **answering(CalendarDayOut, needs=Permission.CALENDARS_WRITE))
def put_calendar_day(act: Acting, day: date, body: CalendarDayIn) -> Response:
    """Makes a day a working or a free one. Due dates on record are only ever moved to a later day."""
    return act.carry_out(CalendarDayOut.of, calendars.put, day, **body.fields())


@router.delete("/v1/calendars/days/{day}", **answering(CalendarDayOut, needs=Permission.CALENDARS_WRITE))
def remove_calendar_day(act: Acting, day: date, reason: str | None = None) -> Response:
    """Takes a local day off the record: the official calendar holds again."""
    return act.carry_out(CalendarDayOut.of, calendars.remove, day, reason)
