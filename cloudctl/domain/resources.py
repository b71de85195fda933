"""Resources: what an order leaves behind in a cloud, and the tenant it stands in.

A resource's `id` is the key that its object carries in the backend's metadata; a name is never an identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.errors import Claimed
from cloudctl.domain.lifecycle import RESOURCES
from cloudctl.domain.quotas import Demand


class ResourceKind(StrEnum):
    """The four kinds of resource; each has a module, a table and a route of its plural name."""

    SERVER = "server"
    VOLUME = "volume"
    NETWORK = "network"
    ADDRESS = "address"


@dataclass(kw_only=True, eq=False)
class Resource:
    """What the four kinds share. `item` is the position of the order's item that asked for it.

    `protected` refuses a release. `tenant` is the backend project that it stands in, where that is not the owner's:
    a server cannot change its project, so what was transferred or adopted stays where it was built. What was adopted
    has no order: `adoption_id` says how it came, `contact` whom to ask.
    """

    KIND: ClassVar[ResourceKind]

    id: UUID
    order_id: UUID | None
    item: int
    department_id: UUID
    system_id: UUID | None
    cloud: str
    zone: str
    name: str
    state: str = "planned"
    backend_id: str | None = None
    expires_on: date | None = None
    claimed_by: UUID | None = None
    purge_after: datetime | None = None
    gone_at: datetime | None = None
    protected: bool = False
    tenant: str | None = None
    adoption_id: UUID | None = None
    contact: str = ""
    created_at: datetime
    version: int = 1

    @property
    def footprint(self) -> Demand:
        """What it takes from its department's quota."""
        raise NotImplementedError

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = RESOURCES.next(self.state, event)

    def claim(self, order_id: UUID, field: str) -> None:
        """Reserves the resource for one changing order; raises Claimed while another has it."""
        if self.claimed_by not in (None, order_id):
            raise Claimed(
                "{kind} {name} is being changed by another order.",
                field=field,
                way_out="Wait for that order to end, or withdraw it.",
                kind=self.KIND.value,
                name=self.name,
            )
        self.claimed_by = order_id

    def unclaim(self, order_id: UUID) -> None:
        """Lets go of a claim; a second call, or one by another order, does nothing."""
        if self.claimed_by == order_id:
            self.claimed_by = None


@dataclass(kw_only=True, eq=False)
class Tenant:
    """A department's project on one cloud; its key in the backend is the department's id."""

    department_id: UUID
    cloud: str
    backend_id: str
