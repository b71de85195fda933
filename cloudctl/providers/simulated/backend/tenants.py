"""Tenants of the simulated cloud."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from cloudctl.domain.quotas import Dimension
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal

CONTENTS = (Kind.SERVER, Kind.VOLUME, Kind.NETWORK, Kind.ADDRESS)


def create(call: Call, key: UUID, name: str) -> Thing:
    """A tenant without limits; one that is there already is answered, as the contract has it."""
    earlier = call.things(Kind.TENANT, keys=[key])
    if earlier:
        return earlier[0]
    return call.add(Kind.TENANT, key=key, tenant=None, name=name, state={"status": Status.ACTIVE, "quota": {}})


def set_quota(call: Call, tenant: str, limits: Mapping[Dimension, int]) -> None:
    """Sets the given limits; others stay."""
    thing = call.get(Kind.TENANT, None, tenant)
    thing.state["quota"] |= {dimension.value: limit for dimension, limit in limits.items()}
    call.save(thing)


def delete(call: Call, tenant: str) -> None:
    """Removes an empty tenant at once; one with contents is busy. Images may stay behind."""
    thing = call.look(Kind.TENANT, None, tenant)
    if thing is None:
        return
    left = [kind.value for kind in CONTENTS if call.things(kind, tenant)]
    if left:
        raise Refusal(Reason.BUSY, f"tenant {thing.name} still has: {', '.join(left)}", retry_after_s=1.0)
    call.remove(thing, at_once=True)
