"""Shadow systems, their turns, and the sweeps that show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from cloudctl.domain.drift import Finding
from cloudctl.domain.shadows import Shadow, ShadowKind, Turn
from cloudctl.domain.sweeps import Sweep, SweepKind
from cloudctl.persistence.repositories.outgoing import append, write_out
from cloudctl.persistence.repositories.records import Appended, Records
from cloudctl.persistence.tables import drift_findings, inventory_changes, orders, shadow_turns, shadows, sweeps

AT_ONCE = 500
ADDRESSES = "addresses"
HANDED_OVER = ("delivered", "closed")


class ShadowRecords(Records[Shadow]):
    """Implements ports.repositories.shadows.Shadows."""

    noun, what = Shadow, "shadow"

    def lock(self, key: UUID) -> Shadow:
        return self._locked(key)

    def known(self) -> Mapping[UUID, Shadow]:
        return {one.id: one for one in self._all(select(Shadow))}

    def cleared_by(self, clearing_id: UUID) -> Sequence[Shadow]:
        duplicates = select(Shadow).where(shadows.c.kind == ShadowKind.DUPLICATE, shadows.c.state == "clearing")
        locked = duplicates.where(shadows.c.target_id == clearing_id).order_by(shadows.c.id).with_for_update()
        return self._all(locked.execution_options(populate_existing=True))

    def turn(self, turn: Turn) -> None:
        append(self.session, shadow_turns, turn)

    def turns_of(self, key: UUID) -> Sequence[Turn]:
        write_out(self.session)
        rows = (
            select(shadow_turns).where(shadow_turns.c.shadow_id == key).order_by(shadow_turns.c.at, shadow_turns.c.id)
        )
        return [Turn(**row) for row in self.session.connection().execute(rows).mappings()]

    def findings(self, keys: Collection[UUID]) -> Mapping[UUID, Finding]:
        every, found = list(keys), dict[UUID, Finding]()
        for at in range(0, len(every), AT_ONCE):
            some = select(Finding).where(drift_findings.c.id.in_(every[at : at + AT_ONCE]))
            found |= {one.id: one for one in self.session.scalars(some)}
        return found

    def former_addresses(self, since: datetime) -> Mapping[UUID, frozenset[str]]:
        changes = select(inventory_changes.c.object_id, inventory_changes.c.fields).where(
            inventory_changes.c.at >= since
        )
        found: defaultdict[UUID, set[str]] = defaultdict(set)
        for key, fields in self.session.connection().execute(changes):
            before = fields.get(ADDRESSES, ((), ()))[0]
            if isinstance(before, list | tuple):
                found[key] |= {str(address) for address in before}
        return {key: frozenset(addresses) for key, addresses in found.items()}

    def declared_ports(self) -> Mapping[UUID, Sequence[str]]:
        told = select(orders.c.system_id, orders.c.ports).where(orders.c.ports != "", orders.c.state.in_(HANDED_OVER))
        found: defaultdict[UUID, list[str]] = defaultdict(list)
        for key, ports in self.session.connection().execute(told):
            found[key].append(ports)
        return found


class SweepRecords(Appended[Sweep]):
    """Implements ports.repositories.shadows.Sweeps."""

    noun, what, table = Sweep, "sweep", sweeps

    def newest(self) -> Sequence[Sweep]:
        place = func.row_number().over(
            partition_by=[sweeps.c.kind, sweeps.c.source], order_by=[sweeps.c.taken_at.desc(), sweeps.c.id.desc()]
        )
        ranked = select(sweeps, place.label("place")).subquery()
        columns = [ranked.c[column.name] for column in sweeps.c]
        return self._all(select(*columns).where(ranked.c.place == 1).order_by(ranked.c.kind, ranked.c.source))

    def newest_of(self, kind: str, source: str) -> Sweep | None:
        of = (sweeps.c.kind == SweepKind(kind), sweeps.c.source == source)
        newest: Select[tuple[object, ...]] = select(sweeps).where(*of).order_by(sweeps.c.taken_at.desc()).limit(1)
        return next(iter(self._all(newest)), None)
