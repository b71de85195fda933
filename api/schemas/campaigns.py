"""Campaigns, who they would take on, and the kill switch."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from pydantic import ConfigDict, Field

from api.schemas.fields import In, Name, Out, Text, Zone
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Words
from cloudctl.domain.signals import Sentence
from cloudctl.domain.verdicts import VerdictState
from cloudctl.governance.zombies.nominations import Line
from cloudctl.services.campaigns import Planned

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Ids = Annotated[list[UUID], Field(max_length=500)]


class ScopeIn(In):
    """A policy and whom it is applied to; what is left out bounds nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"policy": "default", "zones": ["extranet"]}]})

    policy: Name = "default"
    departments: Ids = Field(default_factory=list)
    zones: Annotated[list[Zone], Field(max_length=100)] = Field(default_factory=list)
    systems: Ids = Field(default_factory=list)


class CampaignIn(ScopeIn):
    """A campaign to start; its policy is frozen now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"title": "2026 年僵尸系统清理", "policy": "default", "zones": ["extranet"]}]}
    )

    title: Name


class ReasonIn(In):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "误判政务服务网，先停"}]})

    reason: Reason


class WhyIn(In):
    """Why, where somebody wants to say so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "已核实"}]})

    reason: Text = ""


class NominationOut(Out, frozen=True, kw_only=True):
    """What becomes of a system: taken on or not, and why."""

    system_id: UUID
    system: str
    name: str
    department_id: UUID
    department: str
    state: VerdictState
    confidence: int
    signs: list[str]
    day: date
    servers: int
    taken: bool
    words: Words

    @classmethod
    def of(cls, entity: Any) -> Self:
        """A line of the plan."""
        line: Line = entity
        one = line.candidate
        return cls(
            system_id=one.system_id,
            system=one.code,
            name=one.name,
            department_id=one.department_id,
            department=one.department,
            state=one.state,
            confidence=one.confidence,
            signs=list(one.signs),
            day=one.day,
            servers=len(one.servers),
            taken=line.taken,
            words=Sentence(line.message, line.params).words,
        )


class CampaignOut(Out, frozen=True, kw_only=True):
    """A campaign. `digest` is that of the frozen policy; `edited` says that the one of its name is another by now."""

    id: UUID
    number: str
    title: str
    policy_name: str
    policy: dict[str, Any]
    digest: str
    departments: list[UUID]
    zones: list[str]
    systems: list[UUID]
    state: str
    started_by: UUID
    started_at: datetime
    stopped_by: UUID | None
    stopped_at: datetime | None
    reason: str | None
    finished_at: datetime | None
    edited: bool
    version: int

    @classmethod
    def shown(cls, found: tuple[Campaign, bool]) -> Self:
        """A campaign with whether its policy was edited."""
        campaign, edited = found
        policy = msgspec.to_builtins(campaign.policy)
        return cls(**cls.copied(campaign, "edited", "policy"), edited=edited, policy=policy)

    @classmethod
    def of(cls, entity: Any) -> Self:
        """One that was just acted on."""
        return cls.shown((entity, False))


class PlanOut(Out, frozen=True, kw_only=True):
    """A run: the campaign, null in a dry run, and a line for each candidate."""

    campaign: CampaignOut | None
    taken: int
    lines: list[NominationOut]

    @classmethod
    def of(cls, entity: Any) -> Self:
        """What a run comes to."""
        planned: Planned = entity
        campaign = None if planned.campaign is None else CampaignOut.of(planned.campaign)
        return cls(campaign=campaign, taken=planned.taken, lines=[NominationOut.of(line) for line in planned.lines])


class StopOut(Out, frozen=True, kw_only=True):
    """A throw of the kill switch: on until a second person has lifted it."""

    id: UUID
    state: str
    reason: str
    thrown_by: UUID
    thrown_at: datetime
    asked_by: UUID | None
    asked_at: datetime | None
    asking: str | None
    lifted_by: UUID | None
    lifted_at: datetime | None
    version: int
