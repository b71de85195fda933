"""Information systems (政务信息系统): what resources are asked for. The full register comes with consolidation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id

MLPS_LEVELS = range(1, 6)


@dataclass(kw_only=True, eq=False)
class System:
    """A department's system; `mlps_level` is its 等保 level, 1 to 5 (GB/T 22239); `classification` by GB/T 34079.1.

    `xinchuang` says that it has to run on domestic processors and systems (信创). `declared_by` and `declared_at` are
    who declared that it handles no state secrets, and when.
    """

    id: UUID = field(default_factory=new_id)
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None = None
    xinchuang: bool = False
    declared_by: str | None = None
    declared_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        self.check()

    @property
    def no_state_secrets(self) -> bool:
        """Whether it was declared that no state secrets are handled."""
        return self.declared_at is not None

    def check(self) -> None:
        """Raises Invalid for an MLPS level that does not exist."""
        if self.mlps_level not in MLPS_LEVELS:
            raise Invalid(
                "{level} is not an MLPS level.", field="mlps_level", way_out="Give 1 to 5.", level=self.mlps_level
            )
