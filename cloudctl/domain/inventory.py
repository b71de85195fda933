"""Inventory: what the clouds have, in one neutral shape, whoever made it.

An object is known by its cloud, its kind and the cloud's own stable id. A name, a place or an address is never an
identity: whatever of these changes, the object stays the same and its history goes on. Nothing here is ever deleted:
an object that several clean full syncs in a row did not see is `missing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import msgspec

OBJECTS = UUID("6b0f8a4e-6a53-5d0c-9a5e-2f1c7f5f7b1d")
"""The namespace that the ids of objects are derived in."""


class ObjectKind(StrEnum):
    """What kind of object a cloud has."""

    SERVER = "server"
    VOLUME = "volume"
    SNAPSHOT = "snapshot"
    IMAGE = "image"
    NETWORK = "network"
    ADDRESS = "address"


class ObjectStatus(StrEnum):
    """A cloud's word for an object, reduced to what people act on."""

    ACTIVE = "active"
    STOPPED = "stopped"
    ERROR = "error"
    BUILDING = "building"
    DELETING = "deleting"
    UNKNOWN = "unknown"


class ObjectState(StrEnum):
    """Whether the cloud still has it: `missing` after several clean full syncs that did not see it."""

    PRESENT = "present"
    MISSING = "missing"


class Source(StrEnum):
    """Where a change was learnt from: a count, a feed, or our own act."""

    FULL = "full"
    INCREMENTAL = "incremental"
    PLATFORM = "platform"


Identity = tuple[str, str]
"""Kind and native id: who an object is within its cloud."""


class CloudObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One object as its cloud reports it. `native_id` is the cloud's own stable id, `key` that of our record.

    `tenant` is the project or folder by its id, `tenant_name` by its name or path. `networks` and `server` are native
    ids: the networks it is on, and the server that a volume, snapshot or address belongs to; `volume` is what a
    snapshot was taken of, where that is not a whole server. `disk_gib` of a server is its root disk; its other disks
    are volumes. `vlans` are the first and last of each range that a network takes up. Tuples are sorted, so that an
    unchanged object compares equal; what changes by itself every minute does not belong here.
    """

    kind: ObjectKind
    native_id: str
    name: str
    key: UUID | None = None
    tenant: str | None = None
    tenant_name: str | None = None
    zone: str | None = None
    status: ObjectStatus = ObjectStatus.UNKNOWN
    vcpu: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None
    host: str | None = None
    image: str | None = None
    addresses: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    server: str | None = None
    volume: str | None = None
    tags: tuple[str, ...] = ()
    vlans: tuple[tuple[int, int], ...] = ()
    created_at: datetime | None = None

    @property
    def identity(self) -> Identity:
        """Who it is within its cloud."""
        return (self.kind, self.native_id)


FIELDS = tuple(field for field in CloudObject.__struct_fields__ if field not in {"kind", "native_id"})
"""What of an object can change."""

_ENCODER = msgspec.json.Encoder(order="deterministic")
_NUL = b"\\u0000"


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the inventory last knew of an object: as much as it takes to tell that nothing changed."""

    id: UUID
    fingerprint: int
    misses: int
    state: ObjectState


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it stands on record; `resource_id` is the record of ours that it belongs to.

    `seen_at` is when a sync last wrote it: an unchanged object is not written again.
    """

    id: UUID
    cloud: str
    state: ObjectState
    misses: int
    resource_id: UUID | None
    first_seen_at: datetime
    seen_at: datetime
    changed_at: datetime
    object: CloudObject


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """An object to be written: it is new (`known` is None), it changed, or it is back."""

    id: UUID
    object: CloudObject
    facts: bytes
    fingerprint: int
    known: Known | None


def object_id(cloud: str, kind: str, native_id: str) -> UUID:
    """The id of an object's row: the same at every sync, so that a page is written without looking first."""
    return uuid5(OBJECTS, f"{cloud}/{kind}/{native_id}")


def encoded(thing: CloudObject) -> bytes:
    """The facts as JSON: the same bytes for the same facts. No database takes a NUL in a text, so there is none."""
    facts = _ENCODER.encode(thing)
    return facts.replace(_NUL, b"\\ufffd") if _NUL in facts else facts


def fingerprint(facts: bytes) -> int:
    """A number of 64 bits with a sign that stands for the facts."""
    return int.from_bytes(blake2b(facts, digest_size=8).digest(), signed=True)


def differences(before: CloudObject, after: CloudObject) -> dict[str, tuple[Any, Any]]:
    """What changed, by field: (before, after)."""
    return {field: (old, new) for field in FIELDS if (old := getattr(before, field)) != (new := getattr(after, field))}


class Census:
    """One count of a cloud's objects against what is known of it: decides what is written, and what was not seen.

    census = Census("city-a", known)
    for page in inventory.full():
        write(census.take(page))
    miss(census.unseen())          # after a clean count only
    """

    def __init__(self, cloud: str, known: Mapping[Identity, Known]) -> None:
        self.cloud = cloud
        self._known = known
        self._seen: set[Identity] = set()

    @property
    def counted(self) -> int:
        """How many objects were seen."""
        return len(self._seen)

    def take(self, page: Iterable[CloudObject]) -> list[Sighting]:
        """Notes a page as seen; answers what of it is new, changed or back. An object seen twice counts once."""
        return list(self._news(page))

    @property
    def expected(self) -> int:
        """How many objects there are that the last clean count saw."""
        return sum(_expected(known) for known in self._known.values())

    @property
    def met(self) -> int:
        """How many of the expected were seen."""
        return sum(_expected(self._known[identity]) for identity in self._seen & self._known.keys())

    def unseen(self) -> Collection[UUID]:
        """What is known, counts as present and was not seen."""
        return [
            known.id
            for identity, known in self._known.items()
            if identity not in self._seen and known.state is ObjectState.PRESENT
        ]

    def _news(self, page: Iterable[CloudObject]) -> Iterator[Sighting]:
        for thing in page:
            identity = thing.identity
            if identity in self._seen:
                continue
            self._seen.add(identity)
            facts = encoded(thing)
            mark = fingerprint(facts)
            known = self._known.get(identity)
            if known is None:
                yield Sighting(object_id(self.cloud, *identity), thing, facts, mark, None)
            elif known.fingerprint != mark or known.misses:
                yield Sighting(known.id, thing, facts, mark, known)


def _expected(known: Known) -> bool:
    return known.state is ObjectState.PRESENT and not known.misses


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed tells since a cursor. `suspects` are said to have left and are looked at again before that counts.

    `complete` False says that the feed has a gap: only a full count helps. `actors` names, by native id, who made the
    change, where the cloud tells.
    """

    objects: Sequence[CloudObject] = ()
    suspects: Collection[Identity] = ()
    cursor: str | None = None
    complete: bool = True
    actors: Mapping[str, str] = {}
