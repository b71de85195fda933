"""Which version of a record stood at a moment."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, bindparam, or_

from cloudctl.persistence.types import Instant


def standing(versions: FromClause) -> ColumnElement[bool]:
    """The condition on versions that picks, of every record, the one that stood at the parameter `at` (an instant).

    It picks none of what was not on record yet, or no more.
    """
    at = bindparam("at", type_=Instant)
    return (versions.c.since <= at) & or_(versions.c.until.is_(None), versions.c.until > at)
