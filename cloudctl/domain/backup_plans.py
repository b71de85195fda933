"""How often applications are backed up (备份计划), when a backup may go, and why one could not be brought back.

plan = plans.of(blueprint, mlps_level)
why_not(backups, plan, now)              # None, or the reason why it is not restorable, or not proven to be
over(backups, plan, today, ended=False)  # those that are forgotten now
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark

NONE = mark("It was never backed up.")
ALL_BROKEN = mark("None of its {count} backups could be restored as a test.")
OLD = mark("Its newest backup that may be restored is of {day}; one is due every {hours} hours.")
BROKEN = mark("Its newest backup, of {day}, could not be restored as a test.")
NEVER_PROVEN = mark("No backup of it was ever restored as a test; one is due every {days} days.")
PROVEN_LONG_AGO = mark("A backup of it was restored as a test on {day} last; one is due every {days} days.")


class BackupPlan(msgspec.Struct, frozen=True, kw_only=True):
    """For which applications, how often, how long kept, and how often one is to be restored as a test."""

    name: str
    blueprints: tuple[str, ...]
    from_mlps: int
    every_hours: int
    keep_days: int
    verify_days: int

    def fits(self, blueprint: str, mlps_level: int) -> bool:
        """Whether it is meant for such an application."""
        return mlps_level >= self.from_mlps and (not self.blueprints or blueprint in self.blueprints)

    def due(self, last: datetime | None, now: datetime) -> bool:
        """Whether it is time for another backup, the last one begun at `last`."""
        return last is None or now - last >= timedelta(hours=self.every_hours)

    def unproven(self, proven: datetime | None, now: datetime) -> bool:
        """Whether it is time to restore a backup as a test, the last one that answered having done so at `proven`."""
        return proven is None or now - proven > timedelta(days=self.verify_days)

    def over(self, backup: AppBackup, today: date) -> bool:
        """Whether neither this plan nor what was promised when it was taken keeps a backup any longer."""
        taken = today_for_people(backup.taken_at)
        return backup.keep_until is not None and max(backup.keep_until, taken + timedelta(days=self.keep_days)) < today


class BackupPlans(msgspec.Struct, frozen=True, kw_only=True):
    """The plans of a city, the first that fits holds; the last fits everything."""

    version: int
    plans: tuple[BackupPlan, ...]

    def of(self, blueprint: str, mlps_level: int) -> BackupPlan:
        """The plan for such an application."""
        return next(plan for plan in self.plans if plan.fits(blueprint, mlps_level))


def why_not(backups: Sequence[AppBackup], plan: BackupPlan, now: datetime) -> Sentence | None:
    """Why it could not be brought back, or why nobody knows; None where it could."""
    kept = [backup for backup in backups if backup.state != "purged"]
    good = [backup for backup in kept if backup.restorable]
    if not good:
        return Sentence(ALL_BROKEN, {"count": len(kept)}) if kept else Sentence(NONE)
    last = max(kept, key=_taken)
    if not last.restorable:
        return Sentence(BROKEN, {"day": last.taken_at.date().isoformat()})
    newest = last.taken_at
    if now - newest > 2 * timedelta(hours=plan.every_hours):
        return Sentence(OLD, {"day": newest.date().isoformat(), "hours": plan.every_hours})
    proven = proven_at(good)
    if proven is None:
        return Sentence(NEVER_PROVEN, {"days": plan.verify_days})
    if plan.unproven(proven, now):
        return Sentence(PROVEN_LONG_AGO, {"day": proven.date().isoformat(), "days": plan.verify_days})
    return None


def proven_at(backups: Sequence[AppBackup]) -> datetime | None:
    """When one of those that may be put back was last restored as a test."""
    return max((each.verified_at for each in backups if each.restorable and each.verified_at is not None), default=None)


def over(backups: Sequence[AppBackup], plan: BackupPlan, today: date, *, ended: bool) -> list[AppBackup]:
    """Those whose time is over; but where it has not `ended`, the newest good and the newest proven one stay."""
    good = [] if ended else [backup for backup in backups if backup.restorable]
    stays = {backup.id for backup in sorted(good, key=_taken)[-1:]}
    stays |= {backup.id for backup in sorted((each for each in good if each.verified_at is not None), key=_taken)[-1:]}
    return [each for each in backups if each.state != "purged" and each.id not in stays and plan.over(each, today)]


def _taken(backup: AppBackup) -> tuple[datetime, UUID]:
    return backup.taken_at, backup.id
