"""Verdicts with the scans and the policies' texts that they come from: only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.verdicts import KeptPolicy, Scan, Verdict
from cloudctl.persistence.repositories.records import Appended, insert_unless_there
from cloudctl.persistence.tables import verdicts, zombie_policies, zombie_scans

NEWEST_FIRST = (verdicts.c.day.desc(), verdicts.c.id.desc())


def newest() -> Select[tuple[object, ...]]:
    """Every verdict with its place (`place`, 1 is the newest) among those on the same system."""
    place = func.row_number().over(partition_by=verdicts.c.system_id, order_by=NEWEST_FIRST).label("place")
    return select(verdicts, place)


class VerdictRecords(Appended[Verdict]):
    """Verdicts."""

    noun, what, table = Verdict, "verdict", verdicts

    def newest(self, systems: Collection[UUID]) -> Mapping[UUID, Verdict]:
        rows = newest().where(verdicts.c.system_id.in_(list(systems))).subquery()
        columns = [rows.c[column.name] for column in verdicts.c]
        return {row.system_id: row for row in self._all(select(*columns).where(rows.c.place == 1))}

    def standing(self) -> Sequence[Verdict]:
        rows = newest().subquery()
        columns = [rows.c[column.name] for column in verdicts.c]
        return self._all(select(*columns).where(rows.c.place == 1))

    def of_system(self, system_id: UUID, day: date | None = None) -> Verdict | None:
        mine = select(verdicts).where(verdicts.c.system_id == system_id)
        mine = mine if day is None else mine.where(verdicts.c.day <= day)
        found: Sequence[Verdict] = self._all(mine.order_by(*NEWEST_FIRST).limit(1))
        return found[0] if found else None


class ScanRecords(Appended[Scan]):
    """Scans."""

    noun, what, table = Scan, "scan", zombie_scans

    def last_day(self) -> date | None:
        last: date | None = self.session.scalar(select(func.max(zombie_scans.c.day)))
        return last

    def last_days(self) -> Mapping[UUID | None, date]:
        newest = select(zombie_scans.c.department_id, func.max(zombie_scans.c.day))
        return {row[0]: row[1] for row in self.session.execute(newest.group_by(zombie_scans.c.department_id))}

    def version_on(self, policy: str, day: date) -> int | None:
        used = select(zombie_scans.c.policy_version).where(zombie_scans.c.policy == policy, zombie_scans.c.day <= day)
        newest_first = used.order_by(zombie_scans.c.day.desc(), zombie_scans.c.id.desc())
        return self.session.scalar(newest_first.limit(1))

    def whole_on(self, day: date) -> bool:
        whole = select(zombie_scans.c.id).where(zombie_scans.c.day == day, zombie_scans.c.department_id.is_(None))
        return self.session.scalar(whole.limit(1)) is not None


class ZombiePolicyRecords(Appended[KeptPolicy]):
    """The texts of zombie policies."""

    noun, what, table = KeptPolicy, "policy", zombie_policies

    def keep(self, policy: KeptPolicy) -> KeptPolicy:
        insert_unless_there(self.session, zombie_policies, {**vars(policy), "id": new_id()})
        return self.of(policy.name, policy.version)

    def of(self, name: str, version: int) -> KeptPolicy:
        mine = select(zombie_policies).where(zombie_policies.c.name == name, zombie_policies.c.version == version)
        found = self._all(mine)
        return found[0] if found else self._missing(name, version)

    def _missing(self, name: str, version: int) -> KeptPolicy:
        raise LookupError(f"no text of {name} v{version} is kept")
