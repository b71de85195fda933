"""The address plan: prefixes that are cut from the supernets of a zone.

Whoever cuts locks all supernets of the zone first, by id: so no two cut at once, and none waits for the other in turn.
A prefix whose cool-down has ended counts as free from then on, and is marked so by the next who cuts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from ipaddress import ip_network
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session

from cloudctl.domain.addresses import IPNetwork, Prefix, Supernet, carve, overlapping
from cloudctl.domain.errors import Conflict, Invalid, PoolExhausted
from cloudctl.domain.lifecycle import PREFIXES
from cloudctl.persistence.repositories.foresight import foreseen, sort_out
from cloudctl.persistence.repositories.records import record
from cloudctl.persistence.tables import prefixes, supernets


class PrefixRecords:
    """Supernets and prefixes."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def supernets(self, zone: str | None) -> Sequence[Supernet]:
        blocks = select(Supernet).order_by(supernets.c.zone, supernets.c.id)
        return self.session.scalars(blocks if zone is None else blocks.where(supernets.c.zone == zone)).all()

    def add_supernet(self, supernet: Supernet) -> None:
        """Raises Conflict when it overlaps a block of any zone."""
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(text("LOCK TABLE supernets IN SHARE ROW EXCLUSIVE MODE"))  # one adds at a time
        blocks = [ip_network(cidr) for cidr in self.session.scalars(select(supernets.c.cidr))]
        if taken := overlapping(supernet.network, blocks):
            raise _overlap(supernet.cidr, taken)
        record(self.session, supernet)

    def reserve(
        self, *, zone: str, length: int, version: int, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Cuts the first free prefix of the zone's supernets of that IP version; raises PoolExhausted."""
        for supernet in self._locked(zone, now):
            if supernet.network.version != version:
                continue
            free = carve(supernet.network, self._taken(supernet), length)
            if free is not None:
                return self._cut(supernet, free, network_id, order_id, now)
        raise PoolExhausted(
            "The zone {zone} has no free IPv{version} prefix of length {length}.",
            field="items",
            way_out="Ask for a smaller segment, or ask the office to add a supernet to the zone.",
            zone=zone,
            version=version,
            length=length,
        )

    def reserve_exactly(
        self, *, zone: str, cidr: str, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Takes this prefix; raises Invalid when it lies in no supernet of the zone, Conflict when it overlaps."""
        asked = ip_network(cidr)
        for supernet in self._locked(zone, now):
            if not _contains(supernet.network, asked):
                continue
            if taken := overlapping(asked, self._taken(supernet)):
                raise _overlap(cidr, taken)
            return self._cut(supernet, asked, network_id, order_id, now)
        raise Invalid(
            "{cidr} lies in no supernet of the zone {zone}.",
            field="cidr",
            way_out="Leave it out to get the next free segment, or choose one inside the zone's supernets.",
            cidr=cidr,
            zone=zone,
        )

    def take_vlan(
        self, prefix: Prefix, *, cloud: str, first: int, last: int, taken: Iterable[tuple[int, int]] = ()
    ) -> None:
        """One read; what is cooling counts as taken."""
        held = select(prefixes.c.vlan).where(prefixes.c.cloud == cloud, prefixes.c.state != "free")
        used = set(self.session.scalars(held))
        used.update(vlan for start, end in taken for vlan in range(max(start, first), min(end, last) + 1))
        free = next((vlan for vlan in range(first, last + 1) if vlan not in used), None)
        if free is None:
            raise PoolExhausted(
                "No VLAN from {first} to {last} is free on {cloud}.",
                field="items",
                way_out="Ask the office to widen the zone's range of VLANs.",
                first=first,
                last=last,
                cloud=cloud,
            )
        prefix.cloud, prefix.vlan = cloud, free

    def of_network(self, network_id: UUID) -> Sequence[Prefix]:
        """What a network has or had until its cool-down, in order; what is free again is nobody's."""
        return self._kept(prefixes.c.network_id == network_id)

    def of_order(self, order_id: UUID) -> Sequence[Prefix]:
        """What was cut for an order and is not free again, in order."""
        return foreseen(self.session, ("prefixes", order_id), lambda: self._kept(prefixes.c.order_id == order_id))

    def foresee(self, orders: Collection[UUID]) -> None:
        """What was cut for these orders, read for all at once."""

        def cut() -> Iterator[tuple[UUID, Prefix]]:
            for prefix in self._kept(prefixes.c.order_id.in_(orders)):
                if prefix.order_id is not None:
                    yield prefix.order_id, prefix

        sort_out(self.session, "prefixes", orders, cut)

    def _kept(self, whose: ColumnElement[bool]) -> Sequence[Prefix]:
        kept = select(Prefix).where(whose, prefixes.c.state != "free").order_by(prefixes.c.id)
        return self.session.scalars(kept).all()

    def _locked(self, zone: str, now: datetime) -> Sequence[Supernet]:
        in_order = select(Supernet).where(supernets.c.zone == zone).order_by(supernets.c.id)
        found = self.session.scalars(in_order.with_for_update()).all()
        cooled = prefixes.c.state == "cooling", prefixes.c.cooling_until <= now
        here = prefixes.c.supernet_id.in_([supernet.id for supernet in found])
        self.session.execute(update(Prefix).where(here, *cooled).values(state=PREFIXES.next("cooling", "cool")))
        return found

    def _taken(self, supernet: Supernet) -> list[IPNetwork]:
        held = select(prefixes.c.cidr).where(prefixes.c.supernet_id == supernet.id, prefixes.c.state != "free")
        return [ip_network(cidr) for cidr in self.session.scalars(held)]

    def _cut(
        self, supernet: Supernet, cidr: IPNetwork, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        prefix = Prefix(
            supernet_id=supernet.id, cidr=str(cidr), network_id=network_id, order_id=order_id, created_at=now
        )
        record(self.session, prefix)
        return prefix


def _contains(block: IPNetwork, asked: IPNetwork) -> bool:
    first, last = int(asked.network_address), int(asked.broadcast_address)
    inside = int(block.network_address) <= first and last <= int(block.broadcast_address)
    return block.version == asked.version and inside


def _overlap(cidr: str, taken: IPNetwork) -> Conflict:
    return Conflict(
        "{cidr} overlaps {taken}.", field="cidr", way_out="Choose one that overlaps none.", cidr=cidr, taken=str(taken)
    )
