"""Syncs: what is asked for, and how one went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import In, Out
from cloudctl.domain.syncs import SyncMode


class SyncIn(In):
    """What a worker shall read of a cloud: what changed, or with `full` everything.

    `believed` has everything read, and takes even a list that is far too short for the truth.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "full"}]})

    mode: SyncMode = SyncMode.INCREMENTAL
    believed: bool = False


class SyncOut(Out, frozen=True, kw_only=True):
    """A sync; while it runs, `objects` and `changed` grow. `error` has by language why it did not end well."""

    id: UUID
    cloud: str
    mode: SyncMode
    state: str
    asked_by: UUID | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    objects: int
    changed: int
    missing: int
    error: dict[str, str] | None
    believed: bool
