"""Metrics (监测指标): what is measured of a server. Use has points, activity one number a day, dates the latest known.

A subject of telemetry is an inventory object (domain/inventory): a server rebuilt under the same name is another
subject, and one that moved between clouds has two. Days are UTC days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

DAY_S = 86_400


class Metric(StrEnum):
    """What is measured; the unit is in the name."""

    CPU_PERCENT = "cpu_percent"
    MEMORY_PERCENT = "memory_percent"
    DISK_KIB_S = "disk_kib_s"
    NETWORK_KIB_S = "network_kib_s"
    LOGINS = "logins"
    CONNECTIONS = "connections"
    HTTP_REQUESTS = "http_requests"
    DNS_QUERIES = "dns_queries"
    WRITES_BY_PEOPLE = "writes_by_people"
    BACKED_UP_ON = "backed_up_on"
    PATCHED_ON = "patched_on"
    DEPLOYED_ON = "deployed_on"
    CONTENT_CHANGED_ON = "content_changed_on"
    CERTIFICATE_ENDS_ON = "certificate_ends_on"


USE = (Metric.CPU_PERCENT, Metric.MEMORY_PERCENT, Metric.DISK_KIB_S, Metric.NETWORK_KIB_S)
"""Have points, and of each day a histogram. Disk is read and written, network received and sent, added up."""
ACTIVITY = (
    Metric.LOGINS, Metric.CONNECTIONS, Metric.HTTP_REQUESTS, Metric.DNS_QUERIES, Metric.WRITES_BY_PEOPLE,
)  # fmt: skip
"""One number a day: how many; of established connections the most at a time."""
DATES = (
    Metric.BACKED_UP_ON, Metric.PATCHED_ON, Metric.DEPLOYED_ON, Metric.CONTENT_CHANGED_ON, Metric.CERTIFICATE_ENDS_ON,
)  # fmt: skip
"""The latest known day."""


def begin_of(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """The first moment after a UTC day."""
    return begin_of(day) + timedelta(days=1)


def utc_day(at: datetime) -> date:
    """The UTC day of a moment."""
    return at.astimezone(UTC).date()
