"""Quota limits."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out, Zone
from cloudctl.domain.quotas import Dimension


class QuotaIn(In):
    """One limit of a department in a cloud's zone; the unit is in the dimension's name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "cloud": "cloud-a",
                    "zone": "extranet",
                    "dimension": "vcpu",
                    "limit": 64,
                }
            ]
        }
    )

    department_id: UUID
    cloud: Code
    zone: Zone
    dimension: Dimension
    limit: int = Field(ge=0, le=10**12)


class QuotaOut(Out, frozen=True, kw_only=True):
    """One account of the ledger; `allotted` went to units below, `left` is negative after adoption over the limit."""

    id: UUID
    department_id: UUID
    cloud: str
    zone: str
    dimension: Dimension
    limit: int
    held: int
    committed: int
    allotted: int
    left: int
    version: int
