"""Verdicts on systems with their evidence, scans, declared purposes and exemptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sentence, Sign, Signal
from cloudctl.domain.standings import Side
from cloudctl.domain.verdicts import Rule, ServerView, VerdictState
from cloudctl.services.zombies import DEFAULT, Explained

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Words = dict[str, str]
_SYSTEM = "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02"


class ScanIn(In):
    """What is judged: all systems, or a department's; as of now, or of a past day, which keeps nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": "default"}]})

    department_id: UUID | None = None
    day: date | None = None
    policy: Code = DEFAULT


class ScanOut(Out, frozen=True, kw_only=True):
    """A scan: how many systems of each state, and how many verdicts were put on record. `policy_digest` is SHA-256."""

    id: UUID
    department_id: UUID | None
    day: date
    policy: str
    policy_version: int
    policy_digest: str
    systems: int
    states: dict[str, int]
    changed: int
    began_at: datetime
    created_at: datetime


class SignalOut(Out, frozen=True, kw_only=True):
    """A signal: which way it speaks (`for` a zombie, `against`, `missing`), by what figure, beside which threshold."""

    sign: Sign
    name: str
    side: Side
    words: Words
    value: float | str | None
    threshold: float | str | None
    unit: str
    source: str
    since: date | None
    until: date | None
    covered: float
    confidence: float
    subject: str | None


class ServerViewOut(Out, frozen=True, kw_only=True):
    """A server as the verdict saw it: active, idle, quiet (unused, and something objects), off, unseen or gone.

    `covered` is the share of the `window_days` that was measured.
    """

    server_id: UUID
    subject: UUID | None
    name: str
    cloud: str
    purpose: Purpose
    recognised: bool
    state: str
    since: date
    window_days: int
    observed_days: int
    covered: float
    idle_days: int
    needed_days: int
    last_active_on: date | None
    off_since: date | None
    gone_on: date | None


class ExplainedOut(Out, frozen=True, kw_only=True):
    """A verdict with all that it rests on, and what would change it; words by locale.

    `on_record` is the verdict that is kept; `same` says whether it was computed again just now with the same result,
    and is null where it is of another day.
    """

    system_id: UUID
    department_id: UUID
    code: str
    name: str
    day: date
    at: datetime
    policy: str
    policy_version: int
    state: VerdictState
    rule: Rule
    confidence: int
    words: Words
    signs: list[Sign]
    purpose: Purpose
    recognised: bool
    cleared: bool
    flagged: bool
    exempt_until: date | None
    signals: list[SignalOut]
    servers: list[ServerViewOut]
    changes: list[Words]
    digest: str
    on_record: UUID | None
    same: bool | None

    @classmethod
    def told(cls, found: Explained) -> Self:
        """From what the service answers."""
        judged = found.judged
        return cls(
            system_id=found.system_id,
            department_id=found.department_id,
            code=found.code,
            name=found.name,
            day=found.day,
            at=found.at,
            policy=found.policy,
            policy_version=found.policy_version,
            state=judged.state,
            rule=judged.rule,
            confidence=judged.confidence,
            words=judged.headline.words,
            signs=judged.signs,
            purpose=judged.purpose,
            recognised=judged.recognised,
            cleared=judged.cleared,
            flagged=judged.flagged,
            exempt_until=judged.exempt_until,
            signals=[_signal(one) for one in judged.signals],
            servers=[_server(one) for one in judged.servers],
            changes=[_words(one) for one in judged.changes],
            digest=judged.digest,
            on_record=None if found.verdict is None else found.verdict.id,
            same=found.same,
        )


class PurposeIn(In):
    """What a system, or one of its servers, is for; it stands until the next declaration."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"system_id": _SYSTEM, "purpose": "batch", "reason": "每月25日社保结算批处理，其余时间空闲"}]
        }
    )

    system_id: UUID
    server_id: UUID | None = None
    purpose: Purpose
    reason: Reason


class PurposeOut(Out, frozen=True, kw_only=True):
    """A declaration; `suspected`: a verdict called the system suspicious when it was made."""

    id: UUID
    system_id: UUID
    server_id: UUID | None
    department_id: UUID
    purpose: Purpose
    reason: str
    suspected: bool
    declared_by: UUID
    created_at: datetime


class ZombieExemptionIn(In):
    """A system that is not to be cleared until a day, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"system_id": _SYSTEM, "ends_on": "2027-06-30", "reason": "防汛值守系统，汛期前后使用"}]
        }
    )

    system_id: UUID
    ends_on: date
    reason: Reason


class ZombieExemptionOut(Out, frozen=True, kw_only=True):
    """An exemption; `renewal` counts the renewals before this one."""

    id: UUID
    system_id: UUID
    department_id: UUID
    state: str
    reason: str
    ends_on: date
    renews_id: UUID | None
    renewal: int
    asked_by: UUID
    decided_by: UUID | None
    decided_at: datetime | None
    ended_at: datetime | None
    answer: str | None
    created_at: datetime
    version: int


class ZombieExemptionDecisionIn(In):
    """Granted or refused; a refusal says why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "grant", "answer": "同意"}]})

    decision: Literal["grant", "refuse"]
    answer: Reason | None = None


class ZombieExemptionEndIn(In):
    """Why it is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "系统已整合"}]})

    reason: Reason


def _words(sentence: Sentence) -> Words:
    return sentence.words


def _signal(one: Signal) -> SignalOut:
    named = {name: getattr(one, name) for name in SignalOut.__struct_fields__ if name != "words"}
    return SignalOut(words=one.sentence.words, **named)


def _server(one: ServerView) -> ServerViewOut:
    return ServerViewOut(**{name: getattr(one, name) for name in ServerViewOut.__struct_fields__})
