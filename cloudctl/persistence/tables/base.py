"""What the tables share: one MetaData, its names for constraints, and the columns that many nouns have.

Constraint names follow one convention, so that migrations can name them and `persistence.errors` can tell from a
violated one which field is meant.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Text, Uuid
from sqlalchemy.ext.mutable import MutableDict, MutableList

from cloudctl.persistence.types import Instant, Json

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMES)


def key() -> Column[object]:
    """The id of a noun: a UUIDv7, or a derived one."""
    return Column("id", Uuid, primary_key=True)


def version() -> Column[int]:
    """Counts a noun's changes; its ETag."""
    return Column("version", Integer, nullable=False)


def created() -> Column[object]:
    """When the noun was put on record."""
    return Column("created_at", Instant, nullable=False)


def text(name: str, *, null: bool = False, unique: bool = False) -> Column[str]:
    """Text of any length."""
    return Column(name, Text, nullable=null, unique=unique or None)


def refers(name: str, target: str, *, null: bool = False, late: bool = False) -> Column[object]:
    """A reference to `target`'s id; with `late` it is checked at commit, for parts that are recorded in any order."""
    deferred = {"deferrable": True, "initially": "DEFERRED"} if late else {}
    return Column(name, Uuid, ForeignKey(f"{target}.id", **deferred), nullable=null)  # type: ignore[arg-type]


def index(*columns: str) -> Index:
    """An index over `columns`, in this order."""
    return Index(None, *columns)


def listed(name: str, shape: object) -> Column[object]:
    """A list in JSON, whose changes in place are noticed."""
    return Column(name, MutableList.as_mutable(Json(shape)), nullable=False)


def keyed(name: str, shape: object) -> Column[object]:
    """A dict in JSON, whose changes in place are noticed."""
    return Column(name, MutableDict.as_mutable(Json(shape)), nullable=False)
