"""Runs of playbooks: one that may be repeated, one that may not, one that breaks down; another waits for its host."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Row

from cloudctl.bootstrap import App
from cloudctl.persistence.tables import run_events, run_hosts
from cloudctl.persistence.tables import runs as table
from cloudctl.services import hosts, runs
from tests.crash import checks, city
from tests.crash.plays import BROKEN, Plays
from tests.crash.scenarios.orders import order_build
from tests.crash.scenarios.scenario import Scenario, named
from tests.factories import ssh_key


def enrol_host(app: App) -> None:
    server = named(app, "oa-1")
    hosts.enrol(app.context, city.asked_by("operator"), server.id, host_key=ssh_key(), address="192.0.2.1")


def queue_run(app: App, playbook: str) -> None:
    """Two runs on one host: the second waits for the first."""
    server = named(app, "oa-1")
    for name in (playbook, "set_up"):
        runs.ask(app.context, city.asked_by("operator"), playbook=name, hosts=[server.id], arguments={})


def run_once(app: App) -> None:
    """What may not be repeated was begun once at most, whoever died."""
    first = _first(app)
    begun = Counter(_plays(app).done)
    assert begun["begin count_up"] <= 1
    assert (first.state, begun["end count_up"]) in {("succeeded", 1), ("attention", 0), ("attention", 1)}
    _others_done(app)


def run_again(app: App) -> None:
    """What may be repeated is done, on the first attempt or the next."""
    assert _first(app).state == "succeeded"
    assert _first(app).attempts in {1, 2}
    _others_done(app)


def run_parked(app: App) -> None:
    assert (_first(app).state, _first(app).playbook) == ("attention", BROKEN)
    assert _first(app).words["en"]
    _others_done(app)


def _others_done(app: App) -> None:
    """The second run had its turn; nobody holds the host, and each end was told once to those who follow."""
    first, second = sorted(checks.rows(app, table), key=lambda row: row.id)
    assert second.state == "succeeded"
    assert second.begun_at >= first.ended_at
    assert {row.claim for row in checks.rows(app, run_hosts)} == {None}
    said = [(row.run_id, row.state) for row in checks.rows(app, run_events) if row.state is not None]
    assert sorted(said) == sorted([(first.id, first.state), (second.id, second.state)])


def _first(app: App) -> Row[Any]:
    return min(checks.rows(app, table), key=lambda row: row.id)


def _plays(app: App) -> Plays:
    return Plays(app.settings)


RUNS = (
    Scenario(
        name="run-once",
        saga="run_playbook",
        before=(order_build, enrol_host),
        prepare=lambda app: queue_run(app, "count_up"),
        ended=run_once,
    ),
    Scenario(
        name="run-again",
        saga="run_playbook",
        before=(order_build, enrol_host),
        prepare=lambda app: queue_run(app, "set_up"),
        ended=run_again,
    ),
    Scenario(
        name="run-parked",
        saga="run_playbook",
        before=(order_build, enrol_host),
        prepare=lambda app: queue_run(app, BROKEN),
        ended=run_parked,
    ),
)
