"""Words of zombie systems as people say them: states, rules, signs and purposes, and the titles of columns."""

from __future__ import annotations

from cloudctl.cli.labels import label
from cloudctl.cli.words import _
from cloudctl.messages import mark

# Columns that no option asks for.
SHOWN: dict[str, str] = {
    "confidence": mark("Confidence (%)"),
    "flagged": mark("To look at"),
    "cleared": mark("May be cleared"),
    "policy_version": mark("Version of the policy"),
    "policy": mark("Policy"),
    "policy_digest": mark("SHA-256 of the policy"),
    "suspected": mark("Declared when suspected"),
    "by": mark("By"),
    "renewal": mark("Renewal"),
    "threshold": mark("Threshold"),
    "until": mark("Until"),
    "covered": mark("Covered (%)"),
    "sign": mark("Sign"),
    "states": mark("By state"),
    "changed": mark("New on record"),
    "before": mark("Before"),
    "idle_days": mark("Idle days"),
    "needed_days": mark("Idle days needed"),
    "observed_days": mark("Days measured"),
    "last_active_on": mark("Last used on"),
    "recognised": mark("Recognised"),
    "digest": mark("SHA-256"),
    "server_id": mark("Server id"),
    "began_at": mark("Began"),
}

SAID: dict[str, str] = {
    "active": mark("in use"),
    "watch": mark("watched"),
    "suspect": mark("suspect"),
    "zombie": mark("zombie"),
    "no_data": mark("no data"),
    "ordinary": mark("ordinary use"),
    "batch": mark("batch work"),
    "seasonal": mark("seasonal use"),
    "standby": mark("standby"),
    "disaster_recovery": mark("disaster recovery"),
    "build": mark("building software"),
    "monitoring": mark("monitoring"),
    "replica": mark("database replica"),
    "dev_test": mark("development and test"),
    "detached": mark("detached from business"),
    "replaceable": mark("replaceable"),
    "idle": mark("idle"),
    "unmaintained": mark("not maintained"),
    "small": mark("small and seldom used"),
    "quiet": mark("quiet"),
    "off": mark("powered off"),
    "unseen": mark("not seen"),
    "gone": mark("gone"),
    "cpu_percent": mark("CPU"),
    "network_mib": mark("network traffic"),
    "powered_off": mark("power"),
    "logins": mark("logins"),
    "http_requests": mark("HTTP requests"),
    "writes_by_people": mark("writes by people"),
    "connections": mark("open connections"),
    "dns_queries": mark("queries for its names"),
    "content_changed_on": mark("content changed"),
    "patched_on": mark("last patch"),
    "deployed_on": mark("last deployment"),
    "certificate_ends_on": mark("certificate"),
    "contract_ends_on": mark("contract"),
    "maintained_until": mark("maintenance"),
    "duplicates": mark("duplicates"),
    "user_count": mark("users"),
    "use_frequency": mark("frequency of use"),
    "needed_by": mark("needed by others"),
    "status": mark("claimed status"),
    "declared_zombie": mark("declared a zombie"),
    "register": mark("register"),
    "inventory": mark("inventory"),
}


def said(word: str) -> str:
    """A word of verdicts as people say it."""
    return _(SAID[word]) if word in SAID else label(word)
