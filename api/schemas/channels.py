"""Channels of notices, and what people want of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Line, Out
from cloudctl.domain.channels import Digest
from cloudctl.domain.notices import MAIL

ChannelName = Annotated[str, Field(min_length=1, max_length=64)]
Clock = Annotated[str, Field(pattern=r"^\d\d:\d\d$")]


class ChannelOut(Out, frozen=True, kw_only=True):
    """A channel of the installation; `failing_since` is null while it is well."""

    name: str
    kind: str
    failing_since: datetime | None
    paused_until: datetime | None
    last_error: str | None


class PreferencesIn(In):
    """What a person wants, all of it; what is left out takes its default.

    `addresses` says whom a channel should call on, such as the telephone number that DingTalk mentions: they are kept
    sealed and shown to nobody. Only those that are named change; null forgets one. Hours are those of Asia/Shanghai.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channels": ["mail", "duty"],
                    "addresses": {"duty": "13800000000"},
                    "quiet_from": "22:00",
                    "quiet_to": "07:00",
                    "digest": "daily",
                    "digest_at": "08:30",
                    "muted": ["order_delivered"],
                }
            ]
        }
    )

    channels: list[ChannelName] = Field(default_factory=lambda: [MAIL], max_length=20)
    addresses: dict[ChannelName, Line | None] = Field(default_factory=dict, max_length=20)
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    digest: Digest = Digest.NONE
    digest_at: Clock = "08:30"
    muted: list[ChannelName] = Field(default_factory=list, max_length=100)


class PreferencesOut(Out, frozen=True, kw_only=True):
    """What a person wants; `addressed` are the channels for which there is an address."""

    account_id: UUID
    channels: list[str]
    addressed: list[str]
    quiet_from: str | None
    quiet_to: str | None
    digest: str
    digest_at: str
    muted: list[str]
    version: int
