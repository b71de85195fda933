"""What evidence comes to: proven, contradicted, or not proven yet. One rule, for one subject and for a whole province.

>>> stand([True, True, None]), stand([True, False, None]), stand([True, True, True])
(<Standing.UNPROVEN: 'unproven'>, <Standing.CONTRADICTED: 'contradicted'>, <Standing.PROVEN: 'proven'>)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cloudctl.domain.standings import Standing

GONE = frozenset({"retired", "merged"})
"""Claimed states of a system in which nothing of it should run any more."""
MOVED = frozenset({"on_platform"})
CLOSED = frozenset({"closed"})
"""Claimed state of a room in which it should be dead."""


class Shown(NamedTuple):
    """What the newest evidence of each kind says of a system: for (True), against (False), or nothing that counts.

    `noisy` is that a device which is off or gone draws traffic, `running` that one of its devices is on record as on.
    """

    synced: bool | None = None
    answers: bool | None = None
    old_servers: bool | None = None
    noisy: bool = False
    running: bool = False


SHOWN = Shown._fields


def stand(required: Iterable[bool | None], *, against: bool = False) -> Standing:
    """One thing against it contradicts; one that is missing leaves it open."""
    found = list(required)
    if against or False in found:
        return Standing.CONTRADICTED
    return Standing.UNPROVEN if None in found else Standing.PROVEN


def of_system(claimed: str, shown: Shown) -> Standing:
    """Whether a system is on the platform; for one that is claimed to be gone, whether nothing of it is left."""
    if claimed in GONE:
        return stand([shown.old_servers], against=shown.noisy or shown.running or shown.synced is True)
    return stand([shown.synced, shown.answers, shown.old_servers], against=shown.noisy or shown.running)


def signs(claimed: str, shown: Shown) -> Iterator[str]:
    """What of it speaks against the claim, in a word each."""
    if shown.synced is (claimed in GONE):
        yield "servers_run" if shown.synced else "servers_not_running"
    if shown.answers is False and claimed not in GONE:
        yield "check_fails"
    if shown.old_servers is False or shown.running:
        yield "old_devices_on"
    if shown.noisy:
        yield "old_server_runs"


def verified_state(claimed: str, standing: Standing) -> str:
    """The state that is proven of a system: `on_platform`, the claimed end, or how far the proof has come."""
    if standing is not Standing.PROVEN:
        return standing.value
    return claimed if claimed in GONE else "on_platform"
