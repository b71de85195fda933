"""Host signals (主机信号): what hosts tell of their own use, as the playbook `collect_evidence` writes it down.

A count is true of the day, 0 too, where the host's record reaches back that far; days that it knows nothing of are not
there. Connections are those of one moment: they prove use, and their absence proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.metrics import ACTIVITY, DATES, Metric, utc_day
from cloudctl.domain.sweeps import SERVICES_SCHEMA

ARTIFACT = "evidence.json"
MOST_DAYS = 400


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """How much of something there was on a UTC day."""

    metric: Metric
    day: date
    value: float


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """When something was last, or ends."""

    metric: Metric
    day: date


class HostSignals(msgspec.Struct, frozen=True, kw_only=True):
    """One host, by its name in the inventory."""

    host: str
    activities: tuple[Activity, ...] = ()
    occasions: tuple[Occasion, ...] = ()

    def counted(self, today: date) -> Iterator[Activity]:
        """What counts for a day: nothing of the future or of the long past, and no 0 that may still become more."""
        for one in self.activities:
            sound = one.metric in ACTIVITY and today - timedelta(days=MOST_DAYS) < one.day <= today and one.value >= 0
            absence = one.metric is Metric.LOGINS and one.day < today
            if sound and (one.value > 0 or absence):
                yield one

    def dated(self, today: date) -> Iterator[Occasion]:
        """The dates that can be; only a certificate's end may lie ahead."""
        for one in self.occasions:
            if one.metric in DATES and (one.day <= today or one.metric is Metric.CERTIFICATE_ENDS_ON):
                yield one


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the playbook's result that is about use; the rest of it is a sweep's."""

    schema: str
    collected_at: datetime
    signals: tuple[HostSignals, ...] = ()

    @property
    def today(self) -> date:
        """The UTC day on which it was collected."""
        return utc_day(self.collected_at)


def collected(content: bytes) -> Collected:
    """Reads the playbook's result; raises Invalid for what does not have its form."""
    try:
        found = msgspec.json.decode(content, type=Collected)
    except (msgspec.DecodeError, ValueError) as error:
        raise _unreadable(str(error)) from error
    if found.schema != SERVICES_SCHEMA:
        raise _unreadable(found.schema)
    return found


def _unreadable(reason: str) -> Invalid:
    return Invalid(
        "What the hosts told of their use cannot be read: {reason}.",
        field=ARTIFACT,
        way_out="Use the playbook collect_evidence as it comes with this release.",
        reason=reason,
    )
