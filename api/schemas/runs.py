"""Playbooks, runs of them, and what runs say."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas.fields import In, Line, Name, Out, Text
from cloudctl.domain.lifecycle_runs import ENDED
from cloudctl.domain.playbooks import Argument
from cloudctl.domain.runs import HostStats, Run, RunArtifact
from cloudctl.messages import translator
from cloudctl.ports.queries.rows import RunEventsRow
from cloudctl.services.run_reports import HandRun

FINAL = ENDED
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class RunIn(In):
    """What is to be run where. `check` changes nothing; `start_at_task` leaves out what comes before it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "playbook": "collect_evidence",
                    "hosts": ["018f3b2c-52aa-7d9b-8f0e-9a530c2f5f0f"],
                    "arguments": {"collect_evidence_days": 31},
                    "check": False,
                }
            ]
        }
    )

    playbook: Name
    hosts: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    arguments: dict[str, Any] = Field(default_factory=dict)
    check: bool = False
    tags: Annotated[list[Name], Field(max_length=20, default_factory=list)]
    start_at_task: Line | None = None
    reason: Text = ""


class RunDecisionIn(In):
    """Why it is decided so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "已与业务部门确认"}]})

    reason: Text = ""


class ResumeIn(In):
    """`at_task`: begin at the task that failed, on the hosts that are left."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "主机已恢复", "at_task": False}]})

    reason: Text = ""
    at_task: bool = False


class StatsIn(In):
    """How many tasks ended how on one host."""

    ok: Count = 0
    changed: Count = 0
    failed: Count = 0
    unreachable: Count = 0
    skipped: Count = 0
    rescued: Count = 0
    ignored: Count = 0


class HandRunIn(In):
    """A run by hand, as the callback plugin reports it; `hosts` are counts by host id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "playbook": "collect_evidence",
                    "hosts": {"018f3b2c-52aa-7d9b-8f0e-9a530c2f5f0f": {"ok": 12}},
                    "started_at": "2026-11-22T10:00:00+08:00",
                    "ended_at": "2026-11-22T10:02:00+08:00",
                }
            ]
        }
    )

    playbook: Name
    hosts: Annotated[dict[UUID, StatsIn], Field(min_length=1, max_length=500)]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    check: bool = False
    tags: Annotated[list[Name], Field(max_length=20, default_factory=list)]
    failed_task: Line | None = None
    strangers: Count = 0

    def done(self) -> HandRun:
        """What the use case takes."""
        fields = self.fields() | {"tags": tuple(self.tags)}
        return HandRun(**fields | {"hosts": {key: HostStats(**stats.fields()) for key, stats in self.hosts.items()}})


class ArgumentOut(Out, frozen=True, kw_only=True):
    """One argument of a playbook; `options` are the fields of a dict, or of each dict in a list, in the same form."""

    name: str
    type: str
    summary: str
    required: bool
    default: Any
    choices: list[Any]
    elements: str | None
    secret: bool
    options: list[dict[str, Any]]

    @classmethod
    def of(cls, entity: Any) -> Self:
        """This shape of an argument."""
        found: Argument = entity
        options = [msgspec.to_builtins(option) for option in found.options]
        return cls(**cls.copied(found, "choices", "options"), choices=list(found.choices), options=options)


class PlaybookOut(Out, frozen=True, kw_only=True):
    """A playbook; `summary` is in the caller's language, `digest` stands for the whole tree."""

    name: str
    summary: str
    changes: bool
    repeat: str
    approval: str
    timeout_minutes: int
    owner: str
    arguments: list[ArgumentOut]
    digest: str

    @classmethod
    def told(cls, entity: Any, locale: str) -> Self:
        """This shape of a playbook, in the language of `locale`."""
        words = entity.summary.get(locale) or entity.summary.get("en") or ""
        fields = cls.copied(entity, "summary", "arguments")
        return cls(**fields, summary=words, arguments=[ArgumentOut.of(one) for one in entity.arguments])


class RunOut(Out, frozen=True, kw_only=True):
    """A run. `names` are the hosts' aliases by id, `stats` are by alias; `words` say why it ended so."""

    id: UUID
    playbook: str
    arguments: dict[str, Any]
    hosts: list[UUID]
    names: dict[str, str]
    zone: str
    check: bool
    tags: list[str]
    start_at_task: str | None
    state: str
    origin: str
    saga: str
    department_id: UUID | None
    system_id: UUID | None
    subject: str
    reason: str
    asked_by: UUID | None
    approved_by: UUID | None
    approved_at: datetime | None
    resume_of: UUID | None
    digest: str
    attempts: int
    begun_at: datetime | None
    ended_at: datetime | None
    words: dict[str, str]
    failed_task: str | None
    stats: dict[str, HostStats]
    unfinished: list[str]
    results: dict[str, Any]
    dropped: int
    created_at: datetime
    version: int

    @classmethod
    def of(cls, entity: Any) -> Self:
        """This shape of a run."""
        run: Run = entity
        return cls(**cls.copied(run, "origin"), origin=run.origin.value)


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a run's log."""

    at: datetime
    kind: str
    host: str
    task: str
    text: str


class RunEventsOut(Out, frozen=True, kw_only=True):
    """What a run said in a moment; `seq` is the stream's cursor, `dropped` lines came too fast to be shown."""

    seq: int
    run_id: UUID
    at: datetime
    lines: list[RunLine]
    dropped: int
    state: str | None

    @classmethod
    def told(cls, row: RunEventsRow, locale: str) -> Self:
        """This shape of a batch; the platform's own notices in the language of `locale`."""
        _ = translator(locale)
        lines = [
            RunLine(
                at=event.at, kind=event.kind, host=event.host, task=event.task,
                text=_(event.text) if event.kind == "notice" else event.text,
            )
            for event in row.events
        ]  # fmt: skip
        return cls(**cls.copied(row, "lines"), lines=lines)


class RunArtifactOut(Out, frozen=True, kw_only=True):
    """A file that a run left, secrets masked."""

    name: str
    media_type: str
    size_bytes: int
    digest: str

    @classmethod
    def of(cls, entity: Any) -> Self:
        """This shape of a file."""
        found: RunArtifact = entity
        return cls(**cls.copied(found))
