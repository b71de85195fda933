"""Many orders decided at once: the rows as they are sent, and the result of each."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.problems import problem_of
from api.schemas.fields import In, Line, Out, Text
from api.schemas.returns import DefectIn
from cloudctl.services.batches import MOST_ROWS, Outcome, Report, Row


class BatchRowIn(In):
    """One order, by its id or number. `version` refuses the row when the order has changed since."""

    order: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Text | None = None
    missing: list[Line] = Field(default_factory=list, max_length=50)
    defects: list[DefectIn] = Field(default_factory=list, max_length=50)
    version: int | None = None

    def row(self) -> Row:
        """The use case's form of the row."""
        return Row(**{**self.fields(), "defects": [defect.defect() for defect in self.defects]})


class BatchIn(In):
    """A decision on many orders."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verb": "return", "rows": [{"order": "2026-000017", "missing": ["等保备案证明"]}]}]
        }
    )

    verb: Literal["approve", "return", "reject"]
    rows: Annotated[list[BatchRowIn], Field(min_length=1, max_length=MOST_ROWS)]
    dry_run: bool = False

    def asked(self) -> list[Row]:
        """The use case's form of the rows."""
        return [row.row() for row in self.rows]


class BatchRowOut(Out, frozen=True, kw_only=True):
    """What came of a row: the state it led to, or the problem's code, detail and way out."""

    order: str
    id: UUID | None
    number: str | None
    ok: bool
    state: str | None
    code: str | None
    detail: str | None
    field: str | None
    way_out: str | None

    @classmethod
    def told(cls, outcome: Outcome, locale: str, request_id: str) -> Self:
        """This shape of an outcome, in the reader's language."""
        error = outcome.error
        problem = None if error is None else problem_of(error, locale=locale, request_id=request_id)
        return cls(
            order=outcome.row.order,
            id=outcome.id,
            number=outcome.number,
            ok=error is None,
            state=outcome.state,
            code=None if problem is None else problem.code,
            detail=None if problem is None else problem.detail,
            field=None if problem is None else problem.field,
            way_out=None if problem is None else problem.way_out,
        )


class BatchOut(Out, frozen=True, kw_only=True):
    """The results in the order of the rows."""

    verb: str
    dry_run: bool
    done: int
    failed: int
    rows: list[BatchRowOut]

    @classmethod
    def told(cls, report: Report, locale: str, request_id: str) -> Self:
        """This shape of a report."""
        rows = [BatchRowOut.told(outcome, locale, request_id) for outcome in report.outcomes]
        done = sum(row.ok for row in rows)
        return cls(verb=report.verb, dry_run=report.dry_run, done=done, failed=len(rows) - done, rows=rows)
