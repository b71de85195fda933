"""Placements: which cloud serves which items of an order, and why.

Items that need each other are one `Group` and go to one cloud; groups of one order may go to different ones. The
decision is a pure function of what is known, the same for the same figures, and keeps a reason for every cloud that was
looked at.

    place(groups, clouds, ground)      # one Placement a group; raises where one of them has no place

Of the clouds that may and can take a group comes first the one that keeps the members of a pair apart, then one where
the department's quota suffices, then one that has other items of the order, then one that can take all the rest as
well, then the one with the most room left in the scarcest dimension; the code decides a tie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from cloudctl.domain.admissions import Amounts, Ground, Group, Reason, admitted, said
from cloudctl.domain.clouds import Capability, Cloud
from cloudctl.domain.errors import PoolExhausted
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.messages import mark

MOST_TRIES = 1000
JOINT = "+"


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Which cloud serves these items (their positions in the form), with a reason for every cloud looked at."""

    items: tuple[int, ...]
    cloud: str
    reasons: tuple[Reason, ...] = ()


def joined(placements: Iterable[Placement]) -> str | None:
    """The clouds of an order as one word: `city-a`, or `city-a+city-b`; None while it has no place."""
    return JOINT.join(sorted({placement.cloud for placement in placements})) or None


def place(groups: Sequence[Group], clouds: Iterable[Cloud], ground: Ground) -> list[Placement]:
    """A place for every group, in the order of the form.

    Raises Invalid when no cloud serves the zone, takes the MLPS level or has the processors, PoolExhausted when those
    that may take a group are full. What is kept free for emergencies is room for an emergency alone.
    """
    known = sorted(clouds, key=lambda cloud: cloud.code)
    asks = _asks([(group, *admitted(group, known, ground)) for group in groups])
    pairs = any(group.apart for group in groups)
    try:
        return _in_order(_Search(ground, strict=pairs).rest(asks, ground.used, ()), groups, known)
    except _NoRoom as nothing:
        if not pairs:
            raise _exhausted(nothing, ground) from None
    try:
        return _in_order(_Search(ground, strict=False).rest(asks, ground.used, ()), groups, known)
    except _NoRoom as nothing:
        raise _exhausted(nothing, ground) from None


class _NoRoom(Exception):
    """A group has no place; `lacks` are what each cloud is short of for it."""

    def __init__(self, lacks: list[_Lack]) -> None:
        super().__init__()
        self.lacks = lacks


class _Ask(NamedTuple):
    """A group with the clouds that may take it, why the others may not, and by code what may still come there."""

    group: Group
    admitted: list[Cloud]
    refused: list[Reason]
    later: Mapping[str, Demand]


def _asks(admissions: list[tuple[Group, list[Cloud], list[Reason]]]) -> list[_Ask]:
    """The groups in the order in which they are placed: those with the fewest clouds first."""
    asks: list[_Ask] = []
    later: dict[str, Demand] = {}
    admissions.sort(key=lambda entry: (len(entry[1]), entry[0].items))
    for group, taking, refused in reversed(admissions):
        asks.append(_Ask(group, taking, refused, dict(later)))
        for cloud in taking:
            later[cloud.code] = later.get(cloud.code, Demand()) + group.growth.growth()
    return asks[::-1]


class _View(NamedTuple):
    """One cloud as it stands for a group: a smaller rank is better; `lack` is what it is short of."""

    cloud: Cloud
    rank: tuple[bool, bool, bool, bool, float, str]
    lack: _Lack | None
    reasons: list[Reason]


@dataclass(slots=True)
class _Search:
    """Places group after group; where one finds no room, an earlier one tries its next best cloud.

    With `strict` the members of a pair never meet on a cloud. At most MOST_TRIES places are tried.
    """

    ground: Ground
    strict: bool
    tries: int = MOST_TRIES

    def rest(self, asks: Sequence[_Ask], used: Amounts, done: _Done) -> _Done:
        """The places of all that is still asked, after `done`; raises _NoRoom of the first that has none."""
        if not asks:
            return done
        ask, later = asks[0], asks[1:]
        views = [self._view(ask, cloud, used, done) for cloud in ask.admitted]
        reasons = (*ask.refused, *(reason for view in views for reason in view.reasons))
        fitting = sorted((view for view in views if view.lack is None), key=lambda view: view.rank)
        first: _NoRoom | None = None
        for view in fitting:
            if self.strict and view.rank[0]:
                break
            self.tries -= 1
            found = Placement(items=ask.group.items, cloud=view.cloud.code, reasons=reasons)
            try:
                return self.rest(later, _after(used, view.cloud, ask.group.growth), (*done, (ask.group, found)))
            except _NoRoom as nothing:
                first = first or nothing
                if self.tries <= 0:
                    break
        raise first or _NoRoom([view.lack for view in views if view.lack is not None])

    def _view(self, ask: _Ask, cloud: Cloud, used: Amounts, done: _Done) -> _View:
        group = ask.group
        growth = group.growth.growth()
        scarcest = self._scarcest(cloud, growth, used)
        code = cloud.code
        if scarcest is not None and scarcest.left < 0:
            lack = (scarcest.dimension, -scarcest.left)
            words = mark("{cloud}: {amount} {dimension} short")
            reason = said(words, cloud=code, amount=lack[1], dimension=lack[0].value)
            return _View(cloud, (True, True, True, True, 0.0, code), lack, [reason])
        reasons = [said(mark("{cloud}: has what is changed or built upon"), cloud=code)] if group.stands else []
        if growth or not group.stands:
            share = 1.0 if scarcest is None else scarcest.share
            words = mark("{cloud}: {share} left after this order in its scarcest dimension")
            reasons.append(said(words, cloud=code, share=f"{share:.0%}"))
        met = {name for other, at in done if at.cloud == code for name in group.apart & other.apart}
        reasons += [said(mark("{cloud}: has another member of {pair}"), cloud=code, pair=name) for name in sorted(met)]
        over = self._over_quota(cloud, growth, used)
        if over is not None:
            words = mark("{cloud}: the department's quota is {amount} {dimension} short")
            reasons.append(said(words, cloud=code, amount=over[1], dimension=over[0].value))
        after_all = self._scarcest(cloud, growth + ask.later.get(code, Demand()), used)
        alone = after_all is not None and after_all.left < 0
        decisive = scarcest if alone else after_all
        companion = any(at.cloud == code for _, at in done)
        rank = (bool(met), over is not None, not companion, alone, -(decisive.share if decisive else 1.0), code)
        return _View(cloud, rank, None, reasons)

    def _scarcest(self, cloud: Cloud, growth: Demand, used: Amounts) -> _Scarcest | None:
        """The raised dimension with the least left afterwards; None where the cloud bounds none of them."""
        after = []
        for dimension, amount in growth.items():
            total = cloud.open_room(dimension, self.ground.zone, emergency=self.ground.emergency)
            if total is not None:
                left = total - used.get((cloud.code, dimension), 0) - amount
                after.append(_Scarcest(dimension, left / total if total > 0 else float(-1), left))
        return min(after, key=lambda entry: entry.share, default=None)

    def _over_quota(self, cloud: Cloud, growth: Demand, used: Amounts) -> _Lack | None:
        """The first dimension in which the department's quota there does not suffice, and by how much."""
        if not self.ground.quota:
            return None
        for dimension, amount in growth.items():
            place = (cloud.code, dimension)
            mine = used.get(place, 0) - self.ground.used.get(place, 0)
            short = mine + amount - self.ground.quota.get(place, 0)
            if short > 0:
                return dimension, short
        return None


def _exhausted(nothing: _NoRoom, ground: Ground) -> PoolExhausted:
    dimension, amount = min(nothing.lacks, key=lambda lack: lack[1])
    return PoolExhausted(
        "No cloud of the zone {zone} has room: {amount} {dimension} short.",
        field="items",
        way_out="Ask for less, or wait until the office adds capacity.",
        zone=ground.zone,
        amount=amount,
        dimension=dimension.value,
    )


class _Scarcest(NamedTuple):
    dimension: Dimension
    share: float
    left: int


_Done = tuple[tuple[Group, Placement], ...]
_Lack = tuple[Dimension, int]


def _after(used: Amounts, cloud: Cloud, growth: Demand) -> dict[tuple[str, Dimension], int]:
    more = Counter({(cloud.code, dimension): amount for dimension, amount in growth.growth().items()})
    return {place: used.get(place, 0) + more[place] for place in {*used, *more}}


def _in_order(done: _Done, groups: Sequence[Group], clouds: Iterable[Cloud]) -> list[Placement]:
    """In the order of the form; where members of a pair share a cloud, that is said, and what becomes of them there."""
    found = {group.items: at for group, at in done}
    homes: dict[str, list[str]] = {}
    for group, at in done:
        for name in group.apart:
            homes.setdefault(name, []).append(at.cloud)
    by_code = {cloud.code: cloud for cloud in clouds}
    return [_with_shared_pairs(at := found[group.items], group, homes, by_code[at.cloud]) for group in groups]


def _with_shared_pairs(at: Placement, group: Group, homes: Mapping[str, list[str]], cloud: Cloud) -> Placement:
    shared = [name for name in sorted(group.apart) if homes[name].count(at.cloud) > 1]
    words = mark("{pair}: its members share {cloud}: no other cloud may or can take one of them")
    more = [said(words, pair=name, cloud=at.cloud) for name in shared]
    words = mark("{pair}: its members share a segment, and with it the cloud")
    more += [said(words, pair=name) for name in sorted(group.united)]
    more += [
        said(_on_hosts(cloud, insisted=name in group.insisted), pair=name, cloud=at.cloud)
        for name in sorted(group.united.union(shared))
    ]
    return msgspec.structs.replace(at, reasons=(*at.reasons, *more))


def _on_hosts(cloud: Cloud, *, insisted: bool) -> str:
    """What becomes of servers of one pair that share a cloud."""
    if not cloud.offers(Capability.ANTI_AFFINITY):
        return mark("{pair}: {cloud} cannot keep its servers on different hosts")
    if insisted:
        return mark("{pair}: its servers on {cloud} go to different hosts, or are not built")
    return mark("{pair}: its servers on {cloud} go to different hosts, as far as there are enough")
