"""Words of checks, incidents and maintenance as people say them, and the titles of their columns."""

from __future__ import annotations

from cloudctl.cli.labels import label
from cloudctl.cli.words import _
from cloudctl.messages import mark

# Columns that no option asks for.
SHOWN: dict[str, str] = {
    "check_name": mark("Check"),
    "what_kind": mark("What is asked"),
    "looked_target": mark("Where"),
    "cause": mark("Cause"),
    "backup_plan": mark("Plan of backups"),
    "contact": mark("Contact"),
    "direct": mark("Of its own"),
    "reasons": mark("Why"),
    "contacts": mark("Contacts"),
    "what_was_seen": mark("What was seen"),
    "milliseconds": mark("Milliseconds"),
    "slowest_ms": mark("Slowest (ms)"),
    "looked_at": mark("Looked at"),
    "until_at": mark("Seen until"),
    "begun_at": mark("Begun"),
    "looks": mark("Looks"),
    "opened_at": mark("Opened"),
    "certificate_days": mark("Days of the certificate left"),
    "failed_checks": mark("Checks that failed"),
    "share_percent": mark("There (%)"),
    "promised_percent": mark("Promised (%)"),
    "promise_kept": mark("Promise kept"),
    "measured_hours": mark("Measured (h)"),
    "planned_hours": mark("Maintenance (h)"),
    "down_minutes": mark("Down (min)"),
    "apps_measured": mark("Applications measured"),
    "promises_kept": mark("Promises kept"),
    "promises_broken": mark("Promises not kept"),
}

SAID: dict[str, str] = {
    "waiting": mark("not looked at yet"),
    "well": mark("well"),
    "failing": mark("failing"),
    "ended": mark("not looked at any more"),
    "open": mark("open"),
    "closed": mark("over"),
    "outage": mark("does not answer"),
    "certificate_expired": mark("certificate expired"),
    "certificate_ending": mark("certificate ends soon"),
    "http": mark("page"),
    "tcp": mark("port"),
    "certificate": mark("certificate"),
    "database": mark("database"),
}


def said(word: str | None) -> str:
    """The word for people; one that is not known here as every list shows it."""
    if word is None:
        return ""
    return _(SAID[word]) if word in SAID else label(word)
