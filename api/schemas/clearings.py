"""Clearings, what owners answer, and their close-out lines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.campaigns import Reason
from api.schemas.fields import In, Out, Text
from cloudctl.domain.clearings import Answer, Clearing, Given, Returned, Signature, Words
from cloudctl.domain.close_lines import TITLES, CloseLineKind, Outcome
from cloudctl.messages import LOCALES, translator


class AnswerIn(In):
    """An owner's answer: `until` for keep and snooze, `to_department_id` for a transfer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "keep", "reason": "年终决算要用", "until": "2027-03-31"}]}
    )

    answer: Answer
    reason: Text = ""
    until: date | None = None
    to_department_id: UUID | None = None


class DecisionIn(In):
    """Why it is decided so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "隔离期满，备份已验证"}]})

    reason: Reason


class CloseLineIn(In):
    """A close-out line: a number, or why it does not apply. A file is handed in beside."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "icp_cancelled", "outcome": "not_applicable", "words": "仅内网使用，未做 ICP 备案"}]
        }
    )

    kind: CloseLineKind
    outcome: Outcome
    words: Reason


class ClearingOut(Out, frozen=True, kw_only=True):
    """A case. `words` say why the system was taken on, `cause` why it stands there; `digest` is the backup's."""

    id: UUID
    number: str
    campaign_id: UUID
    system_id: UUID
    department_id: UUID
    verdict_id: UUID
    words: Words
    servers: list[UUID]
    state: str
    paused: str | None
    cause: Words | None
    owner_known: bool
    notified_at: datetime | None
    due_on: date | None
    provisional: bool
    answers: list[Given]
    snoozes: int
    wakes_on: date | None
    kept_until: date | None
    saga: str | None
    quarantined_at: datetime | None
    quarantined_until: datetime | None
    backed_up_at: datetime | None
    digest: str | None
    size_bytes: int | None
    tested_at: datetime | None
    proposed: Signature | None
    confirmed: Signature | None
    deleted_at: datetime | None
    returned: Returned | None
    backup_until: date | None
    close_out: str | None
    closed_by: UUID | None
    closed_at: datetime | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, entity: Any) -> Self:
        """This shape of a case."""
        clearing: Clearing = entity
        return cls(**cls.copied(clearing))


class CloseLineOut(Out, frozen=True, kw_only=True):
    """A close-out line; one that nobody has filled yet has no outcome."""

    id: UUID | None
    kind: CloseLineKind
    title: Words
    outcome: Outcome | None
    words: str
    name: str | None
    media_type: str | None
    size_bytes: int | None
    digest: str | None
    filled_by: UUID | None
    created_at: datetime | None

    @classmethod
    def of(cls, entity: Any) -> Self:
        """A line that was filled."""
        return cls(title=_title(entity.kind), **cls.copied(entity, "title"))

    @classmethod
    def missing(cls, kind: CloseLineKind) -> Self:
        """A line that is owed."""
        return cls(
            id=None, kind=kind, title=_title(kind), outcome=None, words="", name=None, media_type=None, size_bytes=None,
            digest=None, filled_by=None, created_at=None,
        )  # fmt: skip


class CloseLinesOut(Out, frozen=True, kw_only=True):
    """Every close-out line, filled or owed, in the order of the form."""

    items: list[CloseLineOut]

    @classmethod
    def of(cls, entity: Any) -> Self:
        """The lines of a case."""
        filled = {line.kind: CloseLineOut.of(line) for line in entity}
        return cls(items=[filled.get(kind) or CloseLineOut.missing(kind) for kind in CloseLineKind])


def _title(kind: CloseLineKind) -> Words:
    return {locale: translator(locale)(TITLES[kind]) for locale in LOCALES}
