"""Part of the tree of departments, as a condition: what a path begins with stands below it.

    kind, root = part(scope)
    select(servers).where(*within(servers.c.department_id, kind, bindparam("scope")))       # with scope=root

A plain department's condition stays an equality, which the lists' indexes serve; departments are few, so a subtree is
a scan of their paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, Text, case, cast, func, select, type_coerce

from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import departments, departments_versions
from cloudctl.ports.queries import Scope, Subtree

_top, _below = departments.alias("top"), departments.alias("below")
_INSIDE = _below.join(_top, _below.c.path.like(_top.c.path + "%"))


def subtree(root: ColumnElement[Any]) -> Select[UUID]:
    """The ids of the department `root` and of all below it."""
    return select(_below.c.id).select_from(_INSIDE).where(_top.c.id == root)


def subtree_then(root: ColumnElement[Any]) -> Select[UUID]:
    """As `subtree`, by the tree as it stood at the parameter `at` (an instant)."""
    top, lower = departments_versions.alias("top_then"), departments_versions.alias("below_then")
    inside = lower.join(top, lower.c.path.like(top.c.path + "%"))
    return select(lower.c.id).select_from(inside).where(top.c.id == root, standing(top), standing(lower))


def ids_of_subtree(root: ColumnElement[Any]) -> ScalarSelect[str]:
    """The same ids in one text, with blanks between them; `root` may be a column of the statement around it."""
    ids = func.aggregate_strings(cast(_below.c.id, Text), " ")
    return select(ids).select_from(_INSIDE).where(_top.c.id == root).scalar_subquery()


def below(accounts: FromClause) -> ColumnElement[str | None]:
    """The ids that an account sees with its own department, as `ids_of_subtree` gives them.

    Only who has a district's role sees more than that: for everybody else the database does not look.
    """
    in_a_district = type_coerce(accounts.c.roles, Text).like('%"district-%')
    return case((in_a_district, ids_of_subtree(accounts.c.department_id))).label("below")


def opened(ids: str | None) -> frozenset[UUID]:
    """What `below` selected, as a set."""
    return frozenset(map(UUID, ids.split())) if ids else frozenset()


class Part(NamedTuple):
    """A scope as a statement takes it: the kind of its condition, and the parameter of that."""

    kind: Literal["all", "own", "subtree"]
    root: UUID | None


def part(scope: Scope) -> Part:
    """The part of the tree that a scope means."""
    match scope:
        case None:
            return Part("all", None)
        case Subtree(root):
            return Part("subtree", root)
        case _:
            return Part("own", scope)


def within(owner: ColumnElement[Any], kind: str, root: ColumnElement[Any]) -> Iterator[ColumnElement[bool]]:
    """The condition that a row's `owner` is in a part of this kind; none where everything is seen."""
    if kind == "subtree":
        yield owner.in_(subtree(root))
    elif kind == "own":
        yield owner == root
