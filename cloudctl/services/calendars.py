"""The calendar in force: the official one with the office's own days, which are data on record.

calendar = calendars.calendar_of(uow)
due = calendars.working_days_from_now(uow, 5)       # Deadline(day, provisional)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import (
    SATURDAY,
    Calendar,
    CalendarDay,
    Deadline,
    days_between,
    official_words,
    today_for_people,
)
from cloudctl.domain.errors import Invalid
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

YEARS = range(2004, 2100)  # the library begins with 2004
BACK, AHEAD = timedelta(days=366), timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day that is not what its weekday says, or that the office has set. `source`: official, fixed or local."""

    day: date
    works: bool
    source: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year's special days; `published` says whether the official arrangement is known, else it is provisional."""

    year: int
    published: bool
    working_days: int
    days: list[SpecialDay]


def calendar_of(uow: UnitOfWork) -> Calendar:
    """The calendar of this transaction."""
    today = today_for_people(uow.now)
    local = uow.calendar_days.between(today - 2 * BACK, today + AHEAD)
    return _calendar(frozenset((entry.day, entry.works) for entry in local))


@lru_cache(maxsize=8)
def _calendar(local: frozenset[tuple[date, bool]]) -> Calendar:
    """One for as long as the office's own days stay as they are: it keeps what it has counted."""
    return Calendar(dict(local))


def working_days_from_now(uow: UnitOfWork, days: int) -> Deadline:
    """Where a limit of `days` working days that begins tomorrow runs out."""
    return calendar_of(uow).after(today_for_people(uow.now), days)


def show(ctx: Context, request: Request, year: int) -> Year:
    """The special days of a year, by date."""
    request.actor.require(Permission.CALENDARS_READ)
    if year not in YEARS:
        raise Invalid("There is no calendar of {year}.", field="year", way_out="Give a year from 2004 on.", year=year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    with ctx.unit_of_work(request) as uow:
        local = {entry.day: entry for entry in uow.calendar_days.between(first, last)}
    calendar = Calendar({day: entry.works for day, entry in local.items()})
    days = list(days_between(first, last))
    return Year(
        year=year,
        published=calendar.published(year),
        working_days=sum(calendar.works(day)[0] for day in days),
        days=[
            SpecialDay(day=day, works=works, source=_source(day, local, guessed=guessed), words=_words(day, local))
            for day in days
            for works, guessed in [calendar.works(day)]
            if day in local or works != (day.weekday() < SATURDAY)
        ],
    )


def put(ctx: Context, request: Request, day: date, *, works: bool, words: str) -> CalendarDay:
    """Makes a day a working or a free one, with the reason; a second call for the day changes it.

    Due dates that were given already are only ever moved to a later day.
    """
    request.actor.require(Permission.CALENDARS_WRITE)
    if not words.strip():
        raise Invalid("A local day needs a reason.", field="words", way_out="Say why, for whoever looks later.")
    with ctx.unit_of_work(request) as uow:
        today = today_for_people(uow.now)
        if not today - BACK <= day <= today + AHEAD:
            raise Invalid(
                "{day} is too far from today.",
                field="day",
                way_out="Set days from a year back to five years ahead.",
                day=day,
            )
        before, entry = _kept(uow, day, _person(request), works=works, words=words.strip())
        uow.audit(
            "update/calendar-day" if before else "create/calendar-day",
            "calendar day",
            day,
            before=before,
            after={"works": works, "words": entry.words},
        )
        return uow.answer(entry)


def remove(ctx: Context, request: Request, day: date, reason: str | None = None) -> CalendarDay:
    """Takes a local day off the record: the official calendar holds again. Raises NotFound when there is none."""
    request.actor.require(Permission.CALENDARS_WRITE)
    with ctx.unit_of_work(request) as uow:
        entry = uow.calendar_days.remove(day)
        before: dict[str, object] = {"works": entry.works, "words": entry.words}
        uow.audit("delete/calendar-day", "calendar day", day, before=before, reason=reason)
        return uow.answer(entry)


def _kept(
    uow: UnitOfWork, day: date, person: UUID, *, works: bool, words: str
) -> tuple[dict[str, object] | None, CalendarDay]:
    """What was on record for the day, and the record as it now is."""
    entry = uow.calendar_days.on(day)
    if entry is None:
        made = CalendarDay(day=day, works=works, words=words, set_by=person, created_at=uow.now)
        uow.calendar_days.add(made)
        return None, made
    before: dict[str, object] = {"works": entry.works, "words": entry.words}
    entry.works, entry.words, entry.set_by = works, words, person
    return before, entry


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Invalid("A local day is set by a person.", field="set_by", way_out="Log in as the office.")
    return request.actor.account_id


def _source(day: date, local: dict[date, CalendarDay], *, guessed: bool) -> str:
    return "local" if day in local else "fixed" if guessed else "official"


def _words(day: date, local: dict[date, CalendarDay]) -> str:
    return local[day].words if day in local else official_words(day)
