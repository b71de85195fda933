"""Departments (部门/单位): the tenants, in a tree of levels.

A unit stands below one of its own level or of an upper one: a bureau's centre below the bureau, a township below its
district. `path` names the way down to it by ids, so that a subtree is what begins with its root's path.

    centre.stand_below(bureau)      # raises Invalid naming the field where the tree does not allow it
    centre.within(bureau)           # True
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.identifiers import new_id


class Level(StrEnum):
    """Where a department stands, uppermost first: 市直, 区市, 镇街, 村居."""

    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"
    VILLAGE = "village"

    def may_stand_below(self, upper: Level) -> bool:
        """Whether a unit of this level may have one of the level `upper` above it."""
        levels = list(Level)
        return levels.index(upper) <= levels.index(self)


@dataclass(kw_only=True, eq=False)
class Department:
    """A tenant. `code` is the office's own short code, unique for ever; `parent_id` its upper unit.

    `clouds` are those that the office has pinned it to, by code; without any it may be served by every cloud. A unit
    without pins of its own has those of the nearest one above it.

    `path` is made of the ids from the top of its tree down to itself: `/<id>/<id>/`, each as 32 hexadecimal digits.
    With `retired_at` nothing new is put on record for it; `successor_id` is the one that it was merged into, if any.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    level: Level
    parent_id: UUID | None = None
    path: str = ""
    clouds: frozenset[str] = frozenset()
    retired_at: datetime | None = None
    successor_id: UUID | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not self.code.isascii() or not self.code.replace("-", "").isalnum():
            raise Invalid(
                "{code!r} is not a department code.", field="code", way_out="Use ASCII letters, digits and hyphens.",
                code=self.code,
            )  # fmt: skip
        self.path = self.path or f"/{self.id.hex}/"

    @property
    def line(self) -> list[UUID]:
        """The ids from itself up to the top of its tree."""
        return [UUID(step) for step in reversed(self.path.strip("/").split("/"))]

    @property
    def allots(self) -> bool:
        """Whether what its units may use comes out of what it may use itself; a city-level unit's is set apart."""
        return self.level is not Level.CITY

    def within(self, root: Department) -> bool:
        """Whether it is `root` or stands somewhere below it."""
        return self.path.startswith(root.path)

    def stand_below(self, upper: Department | None) -> None:
        """Takes its place below `upper` (None: at the top). What stands below it has to be moved along by the caller.

        Raises Invalid naming `parent_id` for a place inside its own subtree or below a lower level.
        """
        if upper is not None and upper.within(self):
            raise Invalid(
                "A department cannot stand below itself.",
                field="parent_id",
                way_out="Choose a unit outside its subtree.",
            )
        if upper is not None and not self.level.may_stand_below(upper.level):
            raise _misplaced("parent_id", self.level, upper.level)
        self.parent_id = None if upper is None else upper.id
        self.path = f"{'/' if upper is None else upper.path}{self.id.hex}/"

    def retire(self, now: datetime, successor: Department | None = None) -> None:
        """Ends it, merged into `successor` or without one; raises Invalid for itself, Conflict where it has ended."""
        if self.retired_at is not None:
            raise Conflict(
                "{department} has ended already.", way_out="See `cloudctl departments show`.", department=self.code
            )
        if successor is not None and successor.id == self.id:
            raise Invalid("A department is not merged into itself.", field="into", way_out="Name another one.")
        self.retired_at = now
        self.successor_id = None if successor is None else successor.id

    def rise_to(self, level: Level, upper: Department | None, units: Iterable[Department]) -> None:
        """Changes its level; raises Invalid naming `level` where `upper` or the `units` below do not allow it."""
        if upper is not None and not level.may_stand_below(upper.level):
            raise _misplaced("level", level, upper.level)
        for unit in units:
            if not unit.level.may_stand_below(level):
                raise _misplaced("level", unit.level, level)
        self.level = level


def _misplaced(where: str, lower: Level, upper: Level) -> Invalid:
    return Invalid(
        "A unit of the level {level} cannot stand below one of the level {upper}.",
        field=where,
        way_out="The levels from above: city, district, township, village; a unit's own level may stand above it.",
        level=lower.value,
        upper=upper.value,
    )
