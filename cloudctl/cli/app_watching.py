"""Waiting for applications until nothing is done to them any more; of many, with a bar that moves meanwhile."""

from __future__ import annotations

import time
from math import inf
from typing import Any

import click

from cloudctl.cli.app_words import said
from cloudctl.cli.client import Client, item
from cloudctl.cli.progress import counted

RESTING = frozenset({"asked", "waiting", "running", "retired", "attention", "failed"})
LOOK_EVERY_S = 1.0
PATIENCE_S = 1800.0
"""A server that was delivered is in hand minutes later; who follows is told when it is not."""


def rested(api: Client, app_id: str) -> dict[str, Any]:
    """One application once it rests; a line for each state on the way."""
    return _watched(api, app_id, RESTING)


def brought_about(api: Client, app_id: str) -> dict[str, Any]:
    """The same for one that waits for servers that are on their way; still waiting when PATIENCE_S is over."""
    return _watched(api, app_id, RESTING - {"waiting"}, until_s=time.monotonic() + PATIENCE_S)


def _watched(api: Client, app_id: str, until: frozenset[str], until_s: float = inf) -> dict[str, Any]:
    shown = ""
    while True:
        record: dict[str, Any] = api.get(item("/apps", app_id)).data
        if record["state"] != shown:
            shown = record["state"]
            click.echo(f"{record['code']}: {said(shown)}", err=True)
        if shown in until or (shown == "waiting" and time.monotonic() >= until_s):
            return record
        time.sleep(LOOK_EVERY_S)


def all_rested(api: Client, ids: list[str]) -> dict[str, str]:
    """The states of all once they rest."""
    states: dict[str, str] = {}
    with counted(len(ids)) as advance:
        while True:
            rows, _more = api.rows("/apps", {}, None)
            now = {row["id"]: row["state"] for row in rows if row["id"] in ids}
            done = sum(state in RESTING for state in now.values())
            advance(done - sum(state in RESTING for state in states.values()))
            states = now
            if done >= len(ids):
                return states
            time.sleep(LOOK_EVERY_S)
