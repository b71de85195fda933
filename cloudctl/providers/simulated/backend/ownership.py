"""Whose an object of the simulated cloud is: its key, written onto what already runs, and taken off again."""

from __future__ import annotations

from uuid import UUID

from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal


def adopt(call: Call, kind: Kind, tenant: str, backend_id: str, key: UUID) -> None:
    """Gives a thing its key; one that carries another is refused."""
    thing = call.get(kind, tenant, backend_id)
    if thing.key not in (None, str(key)):
        raise Refusal(Reason.INVALID, f"{kind.value} {thing.name} carries the key {thing.key}")
    thing.key = str(key)
    call.save(thing)


def disown(call: Call, kind: Kind, tenant: str, backend_id: str, key: UUID) -> None:
    """Takes this key off; a thing that is absent, or has another or none, is done."""
    thing = call.look(kind, tenant, backend_id)
    if thing is not None and thing.key == str(key):
        thing.key = None
        call.save(thing)
