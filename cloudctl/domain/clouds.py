"""Clouds: where resources are built, what room they have, and which one serves an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Invalid, PoolExhausted
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.messages import LOCALES, fill, mark, translator


class CloudKind(StrEnum):
    """Which provider speaks to it."""

    SIMULATED = "simulated"
    OPENSTACK = "openstack"
    VSPHERE = "vsphere"


class Capability(StrEnum):
    """What a provider may or may not offer; an undeclared one raises Unsupported."""

    RESIZE = "resize"
    SNAPSHOT = "snapshot"
    CONSOLE = "console"
    FLOATING_ADDRESS = "floating-address"
    BACKEND_QUOTA = "backend-quota"
    ISOLATE = "isolate"
    DIAGNOSTICS = "diagnostics"


@dataclass(kw_only=True, eq=False)
class Cloud:
    """A cloud on record. Credentials are never here: they come from clouds.yaml or the environment by `code`.

    `capacity` is physical; `overcommit` multiplies vCPU and memory; `max_mlps_level` is the platform's own 等保 level,
    which a tenant's system must not exceed (GB/T 22239). `architectures` are those of its processors; empty where
    nobody has stated them, and then it takes any. `reserves` is, by zone, what ordinary orders have to leave free.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    kind: CloudKind
    zones: frozenset[str]
    capacity: dict[Dimension, int]
    overcommit: dict[Dimension, float] = field(default_factory=dict)
    max_mlps_level: int = 3
    external_network: str | None = None
    architectures: frozenset[str] = frozenset()
    reserves: dict[str, dict[Dimension, int]] = field(default_factory=dict)
    retired: bool = False
    version: int = 1

    def runs(self, architectures: frozenset[str]) -> bool:
        """Whether its processors are of all these architectures."""
        return not self.architectures or architectures <= self.architectures

    def room(self, dimension: Dimension) -> int | None:
        """What may be handed out in all, with over-commit; None where the cloud sets no bound."""
        physical = self.capacity.get(dimension)
        return None if physical is None else int(physical * self.overcommit.get(dimension, 1.0))

    def open_room(self, dimension: Dimension, zone: str, *, emergency: bool) -> int | None:
        """The room that orders of `zone` may fill: all but what is kept free for emergencies.

        An emergency may also take what its own zone keeps free, but not another zone's. None without a bound.
        """
        total = self.room(dimension)
        kept = sum(
            amounts.get(dimension, 0) for code, amounts in self.reserves.items() if not (emergency and code == zone)
        )
        return None if total is None else total - kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one dimension of a cloud has: `total` with over-commit, `used` by holds and commits."""

    total: int | None
    used: int

    @property
    def left(self) -> int | None:
        """What remains; None without a bound."""
        return None if self.total is None else self.total - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which cloud serves an order, with a reason, by locale, for every cloud that was looked at."""

    cloud: str
    reasons: tuple[dict[str, str], ...]


def place(
    clouds: Iterable[Cloud],
    *,
    zone: str,
    mlps_level: int,
    demand: Demand,
    used: Mapping[tuple[str, Dimension], int],
    architectures: frozenset[str] = frozenset(),
    emergency: bool = False,
) -> Placement:
    """The serving cloud with the most room left after the order, ties by code.

    Raises Invalid when no cloud serves the zone, takes the MLPS level or has processors of all `architectures`,
    PoolExhausted when those that do are full. What is kept free for emergencies is room for an `emergency` alone.
    """
    serving = [cloud for cloud in clouds if zone in cloud.zones and not cloud.retired]
    if not serving:
        raise Invalid(
            "No cloud serves the zone {zone}.", field="zone", way_out="Choose a zone that a cloud serves.", zone=zone
        )
    admitted = [cloud for cloud in serving if mlps_level <= cloud.max_mlps_level]
    if not admitted:
        raise Invalid(
            "MLPS level {level} is above what any cloud of the zone {zone} is rated for ({highest}).",
            field="system_id",
            way_out="Ask the office for a cloud rated for this level.",
            level=mlps_level,
            zone=zone,
            highest=max(cloud.max_mlps_level for cloud in serving),
        )
    reasons = [
        _said(mark("{cloud}: rated for MLPS {level} only"), cloud=cloud.code, level=cloud.max_mlps_level)
        for cloud in serving
        if cloud not in admitted
    ]
    reasons += [
        _said(mark("{cloud}: has no {architectures}"), cloud=cloud.code, architectures=_without(cloud, architectures))
        for cloud in admitted
        if not cloud.runs(architectures)
    ]
    admitted = [cloud for cloud in admitted if cloud.runs(architectures)]
    if not admitted:
        raise Invalid(
            "No cloud of the zone {zone} has processors of {architectures}.",
            field="items",
            way_out="Choose specifications of another architecture, or write one order for each architecture.",
            zone=zone,
            architectures=", ".join(sorted(architectures)),
        )
    best: tuple[float, str] | None = None
    short: list[tuple[Dimension, int]] = []
    for cloud in sorted(admitted, key=lambda c: c.code):
        room = {dimension: cloud.open_room(dimension, zone, emergency=emergency) for dimension in demand.growth()}
        tightest = _tightest(cloud, demand, used, room)
        if tightest is not None and tightest[1] < 0:
            dimension, amount = tightest[0], -tightest[2]
            short.append((dimension, amount))
            words = mark("{cloud}: {amount} {dimension} short")
            reasons.append(_said(words, cloud=cloud.code, amount=amount, dimension=dimension.value))
            continue
        share = 1.0 if tightest is None else tightest[1]
        words = mark("{cloud}: {share} left after this order in its scarcest dimension")
        reasons.append(_said(words, cloud=cloud.code, share=f"{share:.0%}"))
        if best is None or share > best[0]:
            best = (share, cloud.code)
    if best is None:
        dimension, amount = min(short, key=lambda lack: lack[1])
        raise PoolExhausted(
            "No cloud of the zone {zone} has room: {amount} {dimension} short.",
            field="items",
            way_out="Ask for less, or wait until the office adds capacity.",
            zone=zone,
            amount=amount,
            dimension=dimension.value,
        )
    return Placement(cloud=best[1], reasons=tuple(reasons))


def _said(message: str, **params: object) -> dict[str, str]:
    """A reason in every language of ours: it is kept with the order."""
    return {locale: fill(translator(locale), message, params) for locale in LOCALES}


def _without(cloud: Cloud, architectures: frozenset[str]) -> str:
    return ", ".join(sorted(architectures - cloud.architectures))


def _tightest(
    cloud: Cloud,
    demand: Demand,
    used: Mapping[tuple[str, Dimension], int],
    room: Mapping[Dimension, int | None],
) -> tuple[Dimension, float, int] | None:
    """The raised dimension with the least left after the order: (dimension, share left, amount left)."""
    after = []
    for dimension, amount in demand.growth().items():
        total = room[dimension]
        if total is not None:
            left = total - used.get((cloud.code, dimension), 0) - amount
            after.append((dimension, left / total if total > 0 else float(-1), left))
    return min(after, key=lambda entry: entry[1], default=None)
