"""What becomes of systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out
from cloudctl.domain.assessments import Disposition, Proposal

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Amount = Annotated[int, Field(ge=0, le=10_000_000)]


class VerdictIn(In):
    """A person's decision on a system. `until` goes with postpone, `successor` (a code) with merge.

    `vcpu` and `memory_mib` are what the system will take on the platform; a wave counts with them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "system_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "verdict": "rehost",
                    "reason": "在用系统，按统一部署迁移上云",
                    "vcpu": 16,
                    "memory_mib": 32768,
                }
            ]
        }
    )

    system_id: UUID
    verdict: Disposition
    reason: Reason
    until: date | None = None
    successor: Code | None = None
    vcpu: Amount | None = None
    memory_mib: Amount | None = None


class AssessmentOut(Out, frozen=True, kw_only=True):
    """An assessment: what the rules propose on which grounds, and what was decided and `why`.

    `until_on` is the last day of a postponement, `successor_id` what a merger is into.
    """

    id: UUID
    system_id: UUID
    state: str
    proposed: Disposition | None
    grounds: list[Proposal]
    proposed_at: datetime | None
    verdict: Disposition | None
    why: str | None
    until_on: date | None
    successor_id: UUID | None
    vcpu: int | None
    memory_mib: int | None
    decided_by: UUID | None
    decided_at: datetime | None
    created_at: datetime
    version: int


class ProposedOut(Out, frozen=True, kw_only=True):
    """A round of proposals: how many systems by verdict, how many no rule speaks about, how many changed."""

    verdicts: dict[str, int]
    silent: int
    changed: int


class SystemMergerIn(In):
    """Into which system, by code, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"into": "oa", "reason": "功能重复，整合到协同办公系统"}]}
    )

    into: Code
    reason: Reason


class MergedOut(Out, frozen=True, kw_only=True):
    """A system that was merged, and into which."""

    id: UUID
    code: str
    name: str
    status: str
    status_on: date | None
    merged_into_id: UUID | None
    version: int


class KinOut(Out, frozen=True, kw_only=True):
    """A system in a line of mergers, with the day on which it ended, if it did."""

    id: UUID
    code: str
    name: str
    status: str
    status_on: date | None


class LineageOut(Out, frozen=True, kw_only=True):
    """What became of a system, step by step, and all that was merged into it."""

    system: KinOut
    successors: list[KinOut]
    merged: list[KinOut]
