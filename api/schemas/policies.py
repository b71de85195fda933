"""Policies, and what they say about an order."""

from __future__ import annotations

from uuid import UUID

import msgspec
from pydantic import ConfigDict

from api.schemas.fields import In
from cloudctl.domain.policies import Effect


class ExplainIn(In):
    """The order to judge once more, as it stands now. Nothing is written."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"order_id": "019ab3c0-7a10-7c31-9d5e-3f6f0c1d2e01"}]})

    order_id: UUID


class PolicyOut(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it is written; texts by locale (zh_CN, en), `when` is its condition in CEL."""

    name: str
    version: int
    title: dict[str, str]
    when: str
    effect: Effect
    reason: dict[str, str]
    way_out: dict[str, str]
    exemptable: bool
    basis: str
    scope: str
    role: str | None
    specialist: str | None
    field: str | None
