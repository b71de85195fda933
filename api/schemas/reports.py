"""The monthly report, and the rows that its figures are counted from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.domain.reports import Monthly, Section


class GivenOut(Out, frozen=True, kw_only=True):
    """A figure; null is not known, which is not zero. `query` gives it again, and `take` says how.

    `take` is a JSON pointer into the answer; or `count`, the number of rows over all pages; or `sum FIELD` over them.
    """

    name: str
    title: dict[str, str]
    value: float | None
    unit: str
    query: str
    take: str


class SectionOut(Out, frozen=True, kw_only=True):
    """Figures that belong together."""

    name: str
    title: dict[str, str]
    note: dict[str, str] | None
    figures: list[GivenOut]

    @classmethod
    def told(cls, section: Section) -> Self:
        """This shape of a section."""
        figures = [GivenOut.of(one) for one in section.figures]
        note = None if section.note is None else dict(section.note)
        return cls(name=section.name, title=dict(section.title), note=note, figures=figures)


class AppendixOut(Out, frozen=True, kw_only=True):
    """A department's system: what it had at the end, and what came and went. `query` gives the row again."""

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


class MonthlyOut(Out, frozen=True, kw_only=True):
    """The report; of a month that has not `ended`, as far as it has come."""

    month: str
    scope: str
    as_of: datetime
    ended: bool
    sections: list[SectionOut]
    appendix: list[AppendixOut]

    @classmethod
    def told(cls, report: Monthly) -> Self:
        """This shape of a report."""
        return cls(
            month=str(report.month),
            scope=report.scope,
            as_of=report.as_of,
            ended=report.ended,
            sections=[SectionOut.told(one) for one in report.sections],
            appendix=[AppendixOut.of(one) for one in report.appendix],
        )


class MonthServerOut(Out, frozen=True, kw_only=True):
    """A server that came or went, and when. `order` is the number of the order that asked for it, if any."""

    id: UUID
    name: str
    cloud: str
    zone: str
    vcpu: int
    memory_mib: int
    department: str
    system: str | None
    order: str | None
    at: datetime


class MonthOrderOut(Out, frozen=True, kw_only=True):
    """An order to which something happened, and when; `days` is from its submission to its delivery."""

    id: UUID
    number: str
    title: str
    department: str
    at: datetime
    submitted_at: datetime | None
    delivered_at: datetime | None
    days: int | None


class MonthCaseOut(Out, frozen=True, kw_only=True):
    """A case to which something happened, and when."""

    id: UUID
    number: str
    title: str
    department: str
    due_on: date
    at: datetime


class HoldingOut(Out, frozen=True, kw_only=True):
    """What a department had of servers for a system at the month's end."""

    department: str
    department_name: str
    system: str | None
    system_name: str | None
    servers: int
    vcpu: int
    memory_mib: int
