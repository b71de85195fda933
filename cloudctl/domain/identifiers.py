"""Identifiers: time-ordered for records, derived for what must be the same at every attempt.

>>> derived_id(new_id(), "server/1") != derived_id(new_id(), "server/1")
True
"""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: sorts by creation, so keyset pages and indexes stay dense."""
    return uuid7()


def derived_id(parent: UUID, path: str) -> UUID:
    """The id of a part of `parent`; the same arguments give the same id, which makes expansion repeatable."""
    return uuid5(parent, path)
