"""Exemptions: a rule lifted for one department or system, with a reason, an approver and an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id


@dataclass(kw_only=True, eq=False)
class Exemption:
    """Lifts `rule` for a department, or for one of its systems only, up to and including `ends_on`."""

    id: UUID = field(default_factory=new_id)
    rule: str
    department_id: UUID
    system_id: UUID | None
    reason: str
    approved_by: UUID
    ends_on: date
    created_at: datetime
    revoked_at: datetime | None = None
    version: int = 1

    def lifts(self, rule: str, department_id: UUID, system_id: UUID | None, today: date) -> bool:
        """Whether it applies to this rule, department and system today."""
        return (
            self.revoked_at is None
            and self.rule == rule
            and self.department_id == department_id
            and self.system_id in (None, system_id)
            and today <= self.ends_on
        )
