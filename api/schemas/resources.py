"""What the four kinds of resource show in common."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from api.schemas.fields import Out


class ResourceOut(Out, frozen=True, kw_only=True):
    """A resource. `claimed_by` is the order or transfer that has it.

    Until `purge_after` a retained one can be restored. `protected` refuses every release. `gone_at` is when the cloud
    confirmed that it is gone. `adoption_id` and `contact` are those of what was adopted instead of ordered.
    """

    id: UUID
    name: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    adoption_id: UUID | None
    item: int
    cloud: str
    zone: str
    state: str
    backend_id: str | None
    claimed_by: UUID | None
    expires_on: date | None
    purge_after: datetime | None
    gone_at: datetime | None
    protected: bool
    contact: str
    created_at: datetime
    version: int
