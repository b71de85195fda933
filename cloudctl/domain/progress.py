"""Progress: what an order's applicant and the office see happening, line by line, live and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(kw_only=True, eq=False)
class ProgressLine:
    """One line. `seq` is given by the database and is the cursor of streams; `message` is a catalogue id.

    `state` is the order's state after the line; `actor` who caused it; `reason` their words, if any.
    """

    seq: int | None = None
    order_id: UUID
    department_id: UUID
    at: datetime
    state: str
    actor: str
    message: str
    params: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
