"""Runs by hand: what operations carried out themselves, reported back by the callback plugin `cloudctl_report`.

run = run_reports.report(ctx, request, HandRun(playbook="patch_hosts", hosts={host_id: HostStats(ok=3)}, ...))

Nothing but counts, names of tasks and hosts is reported, so no secret can be. What was done is on record beside what
the platform did; it holds no host and needs no leave.
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.runs import HostStats, Origin, Run, RunBatch
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.services.run_plays import said
from cloudctl.services.runs import MOST_HOSTS, audited, office

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
BESIDE = mark("{count} hosts more were played on that the platform does not have.")
LONGEST_TASK = 200


class HandRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run by hand as it is reported; `strangers` is how many hosts there were that have no id here."""

    playbook: str
    hosts: dict[UUID, HostStats]
    started_at: datetime
    ended_at: datetime
    check: bool = False
    tags: tuple[str, ...] = ()
    failed_task: str | None = None
    strangers: int = 0


def report(ctx: Context, request: Request, done: HandRun) -> Run:
    """Puts a run by hand on record; raises Invalid for hosts that are not there, or times that cannot be."""
    request.actor.require(Permission.RUNS_WRITE)
    office(request)
    if request.actor.account_id is None:
        raise Forbidden("A run by hand is a person's.", way_out="Log in.")
    _check(done)
    with ctx.unit_of_work(request) as uow:
        if done.started_at > done.ended_at or done.ended_at > uow.now:
            raise Invalid("It cannot have ended then.", field="ended_at", way_out="Set the machine's clock right.")
        found = {target.id: target for target in uow.hosts.targets(list(done.hosts))}
        absent = [host for host in done.hosts if host not in found]
        if absent:
            raise Invalid(
                "There is no host {host}.", field="hosts", way_out="See: cloudctl hosts list.", host=str(absent[0])
            )
        good = all(stats.good for stats in done.hosts.values())
        run = Run(
            playbook=done.playbook,
            hosts=list(done.hosts),
            names={str(host): found[host].alias for host in done.hosts},
            zone=next(iter(sorted(target.zone for target in found.values()))),
            check=done.check,
            tags=list(done.tags),
            state="succeeded" if good else "failed",
            origin=Origin.HAND,
            saga="",
            asked_by=request.actor.account_id,
            asked_for=request.actor.for_account_id,
            attempts=1,
            begun_at=done.started_at,
            playing_since=done.started_at,
            ended_at=done.ended_at,
            words=said(BESIDE, count=done.strangers) if done.strangers else {},
            failed_task=done.failed_task,
            stats={found[host].alias: stats for host, stats in done.hosts.items()},
            created_at=uow.now,
        )
        uow.runs.add(run)
        audited(uow, run, "create/run-report")
        uow.answer(run)
        uow.runs.say(run.id, RunBatch(events=(), state=run.state))
        return run


def _check(done: HandRun) -> None:
    if not _NAME.match(done.playbook):
        raise Invalid(
            "{name} is no name of a playbook.",
            field="playbook",
            way_out="Use letters, digits, points and underscores, at most 100.",
            name=done.playbook[:80],
        )
    if not 1 <= len(done.hosts) <= MOST_HOSTS:
        raise Invalid(
            "A run has 1 to {most} hosts, each once.", field="hosts", way_out="Name the hosts.", most=MOST_HOSTS
        )
    if done.failed_task is not None and len(done.failed_task) > LONGEST_TASK:
        raise Invalid("The task's name is too long.", field="failed_task", way_out="Shorten it.")
