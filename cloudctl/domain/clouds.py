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
    which a tenant's system must not exceed (GB/T 22239).
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
    retired: bool = False
    version: int = 1

    def room(self, dimension: Dimension) -> int | None:
        """What may be handed out in all, with over-commit; None where the cloud sets no bound."""
        physical = self.capacity.get(dimension)
        return None if physical is None else int(physical * self.overcommit.get(dimension, 1.0))


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
    clouds: Iterable[Cloud], *, zone: str, mlps_level: int, demand: Demand, used: Mapping[tuple[str, Dimension], int]
) -> Placement:
    """The serving cloud with the most room left after the order, ties by code.

    Raises Invalid when no cloud serves the zone or takes the MLPS level, PoolExhausted when those that do are full.
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
    best: tuple[float, str] | None = None
    short: list[tuple[Dimension, int]] = []
    for cloud in sorted(admitted, key=lambda c: c.code):
        tightest = _tightest(cloud, demand, used)
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


def _tightest(
    cloud: Cloud, demand: Demand, used: Mapping[tuple[str, Dimension], int]
) -> tuple[Dimension, float, int] | None:
    """The raised dimension with the least left after the order: (dimension, share left, amount left)."""
    after = []
    for dimension, amount in demand.growth().items():
        total = cloud.room(dimension)
        if total is not None:
            left = total - used.get((cloud.code, dimension), 0) - amount
            after.append((dimension, left / total if total else float(-1), left))
    return min(after, key=lambda entry: entry[1], default=None)
