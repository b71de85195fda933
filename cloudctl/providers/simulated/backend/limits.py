"""What the simulated cloud has room for, and what a tenant may take of it."""

from __future__ import annotations

from collections.abc import Mapping

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal

TAKEN = """
    SELECT total(vcpu) AS vcpu, total(memory_mib) AS memory_mib, total(volume_gib) AS volume_gib,
           total(kind = 'server') AS servers, total(kind = 'network') AS segments, total(kind = 'address') AS addresses
    FROM objects WHERE (gone_at IS NULL OR gone_at > :now) AND (:tenant IS NULL OR tenant = :tenant)
"""


def taken(call: Call, tenant: str | None = None) -> dict[Dimension, int]:
    """Amounts in use, by one tenant or by all."""
    row = call.connection.execute(TAKEN, {"now": call.now, "tenant": tenant}).fetchone()
    return {dimension: int(row[dimension.value]) for dimension in Dimension}


def admit(call: Call, tenant: str, growth: Demand) -> None:
    """Refuses growth that passes the tenant's quota, then what passes the cloud's capacity."""
    quota = call.get(Kind.TENANT, None, tenant).state["quota"]
    over = _over({Dimension(name): limit for name, limit in quota.items()}, taken(call, tenant), growth)
    if over is not None:
        raise Refusal(Reason.QUOTA, f"the tenant's quota of {over.value} is used up")
    over = _over(call.settings.capacity, taken(call), growth)
    if over is not None:
        raise Refusal(Reason.NO_CAPACITY, f"no simulated host has room: {over.value}")


def _over(limits: Mapping[Dimension, int], used: Mapping[Dimension, int], growth: Demand) -> Dimension | None:
    """The first dimension that the growth would take past its limit."""
    return next(
        (
            dimension
            for dimension, amount in growth.items()
            if amount > 0 and dimension in limits and used[dimension] + amount > limits[dimension]
        ),
        None,
    )
