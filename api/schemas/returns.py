"""Returns for correction, with the defects that were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Line, Out, Text
from cloudctl.domain.returns import Defect, FoundDefect, Ground


class DefectIn(In):
    """A defect: its ground, a field of the form (`items[0].specification`), and words.

    At a later return `new` says whether the correction caused it; left out, whether its field was changed decides.
    """

    words: Annotated[str, Field(min_length=1, max_length=1000)]
    ground: Ground = Ground.MATERIAL_MISSING
    field: Line | None = None
    new: bool | None = None

    def defect(self) -> FoundDefect:
        """The domain's form of it."""
        return FoundDefect(**self.fields())


class ReturnIn(In):
    """What has to be corrected (一次性告知), all at once: `missing` documents in words, `defects` with their field.

    From the second return on, what could be seen before needs an office administrator's `reason`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "missing": ["等保备案证明", "项目批复文号"],
                    "defects": [{"ground": "field-incomplete", "field": "purpose", "words": "请写明系统用途"}],
                }
            ]
        }
    )

    missing: list[Line] = Field(default_factory=list, max_length=50)
    defects: list[DefectIn] = Field(default_factory=list, max_length=50)
    reason: Text | None = None


class ReturnOut(Out, frozen=True, kw_only=True):
    """One return: its round, and every defect that was told."""

    id: UUID
    order_id: UUID
    round: int
    defects: list[Defect]
    reason: str | None
    returned_by: UUID | None
    returned_at: datetime
    due_at: datetime
