"""Waste besides zombies: proposals, and the owner's answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out
from cloudctl.domain.waste import Saved, WasteKind

Reason = Annotated[str, Field(min_length=1, max_length=4000)]


class WasteAcceptIn(In):
    """The declaration that every order needs; `system` by code, where what is given back belongs to none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"no_state_secrets": True}]})

    no_state_secrets: bool | None = None
    system: Code | None = None


class WasteDeclineIn(In):
    """What it is needed for, and up to which day it is not asked about again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "年终决算使用", "until": "2027-03-31"}]})

    reason: Reason
    until: date | None = None


class LookedOut(Out, frozen=True, kw_only=True):
    """What a look changed on record."""

    opened: int
    renewed: int
    done: int
    vanished: int


class ProposalOut(Out, frozen=True, kw_only=True):
    """A proposal: what would change, on which evidence (`facts`), what that gives back in capacity and in fen a year.

    `saved_fen` is null where a price is not known. `order_id` is the order that it became; `not_before` is the first
    day on which it may be proposed again.
    """

    id: UUID
    kind: WasteKind
    cloud: str
    zone: str | None
    subject_id: UUID
    subject_kind: str
    name: str
    department_id: UUID | None
    system_id: UUID | None
    resource_id: UUID | None
    object_id: UUID | None
    specification: str | None
    saved: Saved
    saved_fen: int | None
    book_version: int
    rules_version: int
    words: dict[str, str]
    next_step: dict[str, str]
    facts: dict[str, Any]
    state: str
    found_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str | None
    not_before: date | None
    order_id: UUID | None
    done_at: datetime | None
    created_at: datetime
    version: int
