"""Which shared host takes the next instance of a blueprint: pure, explained, the same for the same snapshot.

    made = plan(wants, hosts)            # one Place a wish, in their order
    made[0].host                         # the host's id; None: `made[0].order` says what to order

A host takes an instance when it is in service, of the wish's zone and MLPS level or above it, and has a place, files
and memory left. Of those that do, the one with the fewest instances gets it, so that a list of departments spreads
evenly; what has no place is ordered, and the host that is ordered takes the next ones too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from cloudctl.domain.blueprints import Blueprint, Capacity
from cloudctl.messages import mark


class SharedHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host that takes instances, and what they have of it; sizes in MiB. `instances` counts by blueprint."""

    id: UUID
    name: str
    zone: str
    mlps_level: int
    in_service: bool
    files_mib: int
    memory_mib: int
    cloud: str = ""
    instances: Mapping[str, int] = {}
    taken_files_mib: int = 0
    taken_memory_mib: int = 0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An instance that wants a place; `apart` names hosts that it must not go to, as a move does its present one."""

    code: str
    blueprint: str
    zone: str
    mlps_level: int
    quota_mib: int
    memory_mib: int
    cloud: str | None = None
    apart: frozenset[UUID] = frozenset()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an instance goes, and why: a catalogue id that `params` fill. `order` numbers the host to order, from 0."""

    code: str
    host: UUID | None
    why: str
    params: Mapping[str, object]
    order: int | None = None
    capacity: Capacity | None = None


class _Room:
    """A host as it fills up in this plan."""

    def __init__(self, host: SharedHost) -> None:
        self.host = host
        self.instances = Counter(host.instances)
        self.files_mib = host.files_mib - host.taken_files_mib
        self.memory_mib = host.memory_mib - host.taken_memory_mib

    def takes(self, wish: Wish, blueprint: Blueprint) -> bool:
        """Whether there is room for it."""
        return (
            self.host.in_service
            and self.host.zone == wish.zone
            and self.host.mlps_level >= wish.mlps_level
            and (wish.cloud is None or self.host.cloud == wish.cloud)
            and self.host.id not in wish.apart
            and self.instances[wish.blueprint] < blueprint.capacity.instances
            and self.instances.total() < blueprint.capacity.instances
            and self.files_mib >= wish.quota_mib
            and self.memory_mib >= wish.memory_mib
        )

    def take(self, wish: Wish) -> None:
        """Counts it in."""
        self.instances[wish.blueprint] += 1
        self.files_mib -= wish.quota_mib
        self.memory_mib -= wish.memory_mib


def plan(wishes: Sequence[Wish], hosts: Sequence[SharedHost], blueprints: Mapping[str, Blueprint]) -> tuple[Place, ...]:
    """A place for every wish, in their order. Raises KeyError for a blueprint that is not given."""
    rooms = [_Room(host) for host in sorted(hosts, key=lambda host: (host.name, host.id))]
    ordered: list[_Room] = []
    places: list[Place] = []
    for wish in wishes:
        blueprint = blueprints[wish.blueprint]
        fitting = [room for room in rooms if room.takes(wish, blueprint)]
        if fitting and blueprint.capacity.instances > 1:
            room = min(fitting, key=lambda room: room.instances.total())
            room.take(wish)
            places.append(
                Place(
                    code=wish.code,
                    host=room.host.id,
                    why=mark("{host} has the fewest instances of the {count} shared hosts with room: {instances} now."),
                    params={"host": room.host.name, "count": len(fitting), "instances": room.instances.total()},
                )
            )
        else:
            places.append(_ordered(wish, blueprint, ordered, len(rooms)))
    return tuple(places)


def _ordered(wish: Wish, blueprint: Blueprint, ordered: list[_Room], known: int) -> Place:
    """A place on a host that is ordered with this plan: one that an earlier wish asked for, or another."""
    need = blueprint.capacity
    number = next((number for number, room in enumerate(ordered) if room.takes(wish, blueprint)), None)
    if number is None or need.instances == 1:
        number = len(ordered)
        ordered.append(
            _Room(
                SharedHost(
                    id=UUID(int=number),
                    name="",
                    zone=wish.zone,
                    mlps_level=wish.mlps_level,
                    in_service=True,
                    files_mib=max(need.disk_gib * 1024, wish.quota_mib),
                    memory_mib=max(need.memory_mib, wish.memory_mib),
                    cloud=wish.cloud or "",
                )
            )
        )
    ordered[number].take(wish)
    return Place(
        code=wish.code,
        host=None,
        why=mark("An instance of {blueprint} has a host of its own: one is ordered.")
        if need.instances == 1
        else mark("None of the {count} shared hosts has room in zone {zone}: one is ordered."),
        params={"blueprint": wish.blueprint, "count": known, "zone": wish.zone},
        order=number,
        capacity=need,
    )
