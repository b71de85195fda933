"""The monthly report (月报): figures with the queries that give them, and a row per department and system.

    Month.read("2026-10").first
    band_of(12)         # Band.DAYS_11_30

A figure that nobody knows is None and is said to have no data; it is never shown as zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from cloudctl.domain.calendars import DAY
from cloudctl.domain.errors import Invalid

_MONTH = re.compile(r"(2[01]\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class ServersThat(StrEnum):
    """What a server did in a month."""

    OPENED = "opened"
    TAKEN_OVER = "taken_over"
    RECLAIMED = "reclaimed"


class OrdersThat(StrEnum):
    """What happened to an order in a month."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    ATTENTION = "attention"
    FAILED = "failed"


class CasesThat(StrEnum):
    """What happened to a case by the end of a month."""

    OPENED = "opened"
    CLOSED = "closed"
    OVERDUE = "overdue"


class Band(StrEnum):
    """Days from an order's submission to its delivery; the day of submission does not count, and one is the least."""

    DAYS_1_3 = "1-3"
    DAYS_4_10 = "4-10"
    DAYS_11_30 = "11-30"
    DAYS_31_60 = "31-60"
    OVER_60 = "over-60"


_UP_TO = ((3, Band.DAYS_1_3), (10, Band.DAYS_4_10), (30, Band.DAYS_11_30), (60, Band.DAYS_31_60))


def band_of(days: int) -> Band:
    """The band of a delivery time.

    >>> band_of(3), band_of(4), band_of(61)
    (<Band.DAYS_1_3: '1-3'>, <Band.DAYS_4_10: '4-10'>, <Band.OVER_60: 'over-60'>)
    """
    return next((band for most, band in _UP_TO if days <= most), Band.OVER_60)


class Month(NamedTuple):
    """A calendar month of the people."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The month that a text as 2026-10 means; raises Invalid for another text."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise Invalid("{month} is no month.", field="month", way_out="Write it as 2026-10.", month=text)
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - DAY

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A figure, and where it comes from: `query` is an address of the API, `take` how it is taken from the answer.

    `take` is a JSON pointer; or `count`, the number of rows over all pages; or `sum FIELD` over them. `title` is by
    locale. `unit` is count, share, fen, kw or m2.
    """

    name: str
    title: Mapping[str, str]
    value: float | None
    unit: str
    query: str
    take: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Figures that belong together."""

    name: str
    title: Mapping[str, str]
    figures: tuple[Given, ...]
    note: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendixRow:
    """What a department has and got for one of its systems; `query` gives the row again."""

    department: str
    department_name: str
    system: str | None
    system_name: str | None
    servers: int
    vcpu: int
    memory_mib: int
    opened: int
    reclaimed: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly:
    """The report of a month for a scope; of one that has not ended, as far as it has come (`as_of`)."""

    month: Month
    scope: str
    as_of: datetime
    ended: bool
    sections: tuple[Section, ...]
    appendix: tuple[AppendixRow, ...]
