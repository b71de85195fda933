"""Which system needs which other one: what cannot move, merge or be switched off alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.identifiers import new_id


class DependencyKind(StrEnum):
    """What a system needs of another one."""

    DATA = "data"
    INTERFACE = "interface"
    LOGIN = "login"
    DATABASE = "database"
    OTHER = "other"


@dataclass(kw_only=True, eq=False)
class Dependency:
    """`system_id` needs `on_id`."""

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    on_id: UUID
    kind: DependencyKind = DependencyKind.OTHER
    note: str | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if self.system_id == self.on_id:
            raise Invalid("A system does not depend on itself.", field="on_id", way_out="Name another system.")


def cycle(needs: Mapping[UUID, Sequence[UUID]], system_id: UUID, on_id: UUID) -> list[UUID]:
    """The shortest circle that would close if `system_id` needed `on_id` too; [] when none would.

    `needs` are the dependencies on record. The circle begins with `system_id` and ends before it comes round to it.
    """
    came_from: dict[UUID, UUID] = {}
    front = [on_id]
    while front:
        nexts: list[UUID] = []
        for at in front:
            for below in needs.get(at, ()):
                if below == system_id:
                    return [system_id, *_way(came_from, on_id, at)]
                if below != on_id and below not in came_from:
                    came_from[below] = at
                    nexts.append(below)
        front = nexts
    return []


def _way(came_from: Mapping[UUID, UUID], start: UUID, end: UUID) -> list[UUID]:
    steps = [end]
    while steps[-1] != start:
        steps.append(came_from[steps[-1]])
    return steps[::-1]


def circular(codes: Sequence[str]) -> Conflict:
    """What to say of a circle, by the systems' codes."""
    return Conflict(
        "The systems would depend on each other in a circle: {circle}.",
        field="on_id",
        way_out="Take one of these dependencies off first: `cloudctl dependencies remove`.",
        circle=" -> ".join([*codes, codes[0]]),
    )
