"""The ledger. Every booking writes its lines; the guarded sums make passing a limit impossible."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cloudctl.domain.departments import Department
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension, Quota


class Quotas(Protocol):
    """The ledger. Every booking writes its lines; the guarded sums make passing a limit impossible."""

    def of(self, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, Quota]: ...

    def set_limit(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> Quota:
        """Opens the account or changes its limit, out of the upper unit's where that allots; raises Conflict."""
        ...

    def recount(self, department: Department) -> None:
        """Sums up anew what is allotted to its units, in a tree locked to change; raises Conflict past its limit."""
        ...

    def hold(self, order: Order, cloud: str, demand: Demand) -> None:
        """Holds the growth of `demand` on a cloud; raises QuotaExceeded naming the first dimension without room."""
        ...

    def release(self, order: Order) -> None:
        """Lets go of whatever the order still holds; a second call does nothing."""
        ...

    def commit(self, order: Order, cloud: str, amounts: Demand) -> None:
        """Turns amounts that are held on a cloud into committed ones."""
        ...

    def free(self, department_id: UUID, cloud: str, zone: str, amounts: Demand, order_id: UUID | None) -> None:
        """Gives committed amounts back, once the backend confirmed."""
        ...

    def adopt(self, department_id: UUID, cloud: str, zone: str, amounts: Demand) -> None:
        """Commits what already runs, past the limit if need be: only later growth is then refused."""
        ...

    def move(self, giver: UUID, taker: UUID, cloud: str, zone: str, amounts: Demand) -> None:
        """Moves committed amounts from one department to another; raises QuotaExceeded where the taker has no room."""
        ...

    def used_by_cloud(self) -> dict[tuple[str, Dimension], int]:
        """Held and committed amounts by cloud, over all departments and zones."""
        ...
