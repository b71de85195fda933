"""Secrets (密钥): passwords and keys of the platform, of hosts and of applications, sealed and write-only.

A secret has an owner and a name. Nobody reads its value: it is set, made, rotated, and handed to a run for its time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
LARGEST_BYTES = 65_536


class SecretKind(StrEnum):
    """What a secret belongs to."""

    HOST = "host"
    SYSTEM = "system"
    APP = "app"


class Owner(msgspec.Struct, frozen=True):
    """Whose a secret is: a host (its server's id), a system, or an application."""

    kind: SecretKind
    id: UUID


@dataclass(kw_only=True, eq=False)
class Secret:
    """One secret. `sealed` opens only together with its owner and name; `key_id` is the master key that sealed it.

    `generation` counts its values: 1 is the first, each `put` with another value is one more.
    """

    id: UUID = field(default_factory=new_id)
    owner_kind: SecretKind
    owner_id: UUID
    department_id: UUID
    name: str
    sealed: bytes
    key_id: str
    generation: int = 1
    set_by: UUID | None = None
    set_at: datetime
    handed_at: datetime | None = None
    created_at: datetime
    version: int = 1

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner(self.owner_kind, self.owner_id)

    def replace(self, sealed: bytes, key_id: str, by: UUID | None, now: datetime) -> None:
        """Another value."""
        self.sealed, self.key_id, self.set_by, self.set_at = sealed, key_id, by, now
        self.generation += 1

    def reseal(self, sealed: bytes, key_id: str) -> None:
        """The same value under another key."""
        self.sealed, self.key_id = sealed, key_id


def about(owner: Owner, name: str) -> bytes:
    """What a value is sealed together with, so that one put into another's row does not open."""
    return f"secret/{owner.kind}/{owner.id}/{name}".encode()


def check_name(name: str) -> None:
    """Raises Invalid for what cannot be a variable of a play."""
    if not _NAME.match(name):
        raise Invalid(
            "{name} is no name of a secret.",
            field="name",
            way_out="Use small letters, digits and underscores, a letter first, at most 64.",
            name=name[:80],
        )


def check_value(value: bytes) -> None:
    """Raises Invalid for a value that is empty, too long, or no text."""
    if not value or len(value) > LARGEST_BYTES:
        raise Invalid(
            "A secret has 1 to {most} bytes.", field="value", way_out="Shorten it, or keep a file.", most=LARGEST_BYTES
        )
    try:
        value.decode()
    except UnicodeDecodeError:
        raise Invalid("A secret is text in UTF-8.", field="value", way_out="Encode it, as base64.") from None
