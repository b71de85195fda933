"""Returns for correction (补正): every defect is told at once (一次性告知), and a later return looks back at the first.

A defect that could be seen at an earlier return may not be the ground of another one. What could be seen is judged
against the form as it was returned: `digests` keeps a digest of every value of it, by path.

>>> changed({"title": "a", "items[0].name": "b"}, {"title": "a", "items[0].name": "c"}, "items")
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.messages import mark

Digests = dict[str, str]


class Ground(StrEnum):
    """Why something has to be corrected."""

    MATERIAL_MISSING = "material-missing"
    MATERIAL_INVALID = "material-invalid"
    FIELD_INCOMPLETE = "field-incomplete"
    FIELD_WRONG = "field-wrong"
    SIZE_UNJUSTIFIED = "size-unjustified"
    SECURITY_UNMET = "security-unmet"
    RULE_CHANGED = "rule-changed"
    OTHER = "other"


# What people call a ground.
GROUNDS: dict[Ground, str] = {
    Ground.MATERIAL_MISSING: mark("a document is missing"),
    Ground.MATERIAL_INVALID: mark("a document is not valid"),
    Ground.FIELD_INCOMPLETE: mark("a field is not filled in completely"),
    Ground.FIELD_WRONG: mark("a field is wrong"),
    Ground.SIZE_UNJUSTIFIED: mark("the size is not justified"),
    Ground.SECURITY_UNMET: mark("a security requirement is not met"),
    Ground.RULE_CHANGED: mark("a rule has changed since"),
    Ground.OTHER: mark("another ground"),
}
# Grounds that nobody could have seen the time before, whatever the applicant changed.
NEVER_VISIBLE = frozenset({Ground.RULE_CHANGED})


class FoundDefect(msgspec.Struct, frozen=True, kw_only=True):
    """A defect as the reviewer states it. `field` is a path into the form; `new` says that the correction caused it.

    With `new` left open, what was changed decides: a defect of a field that was not changed is not new.
    """

    words: str
    ground: Ground = Ground.MATERIAL_MISSING
    field: str | None = None
    new: bool | None = None


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """A defect on record. `visible_from_start`: it could have been told at the return before."""

    words: str
    ground: Ground
    field: str | None
    visible_from_start: bool


@dataclass(kw_only=True, eq=False)
class Return:
    """One return of an order by the office; `round` counts from 1. `reason` is an office-admin's, if one was due."""

    id: UUID = field(default_factory=new_id)
    order_id: UUID
    department_id: UUID
    round: int
    defects: list[Defect]
    digests: Digests
    reason: str | None = None
    returned_by: UUID | None
    returned_at: datetime
    due_at: datetime


def digests(form: Mapping[str, object]) -> Digests:
    """A digest of every single value of a form, by its path: `items[0].specification`."""
    return dict(_leaves("", msgspec.to_builtins(dict(form))))


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _leaves(f"{path}.{name}" if path else str(name), below)
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(f"{path}[{index}]", below)
    else:
        yield path, sha256(msgspec.json.encode(value)).hexdigest()[:16]


def changed(before: Digests, after: Digests, path: str) -> bool:
    """Whether anything at a path, or below it, differs."""
    below = (f"{path}.", f"{path}[")

    def at(digests: Digests) -> Digests:
        return {key: value for key, value in digests.items() if key == path or key.startswith(below)}

    return at(before) != at(after)


def judged(found: Sequence[FoundDefect], last: Return | None, now: Digests) -> list[Defect]:
    """The defects as they go on record; raises Invalid where one is called new though nothing was changed."""
    return [
        Defect(
            words=defect.words,
            ground=defect.ground,
            field=defect.field,
            visible_from_start=_visible(defect, position, last, now),
        )
        for position, defect in enumerate(found)
    ]


def _visible(defect: FoundDefect, position: int, last: Return | None, now: Digests) -> bool:
    if defect.ground in NEVER_VISIBLE:
        return False
    if last is None:
        return True
    if defect.new and last.digests == now:
        raise Invalid(
            "Nothing was changed since the last return, so no defect can come from the correction.",
            field=f"defects[{position}].new",
            way_out="Leave it out, or set it to false.",
        )
    if defect.new is None:
        return defect.field is None or not changed(last.digests, now, defect.field)
    return not defect.new
