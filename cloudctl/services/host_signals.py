"""Host signals into telemetry: what the hosts of a run of `collect_evidence` told of their use, under its subjects.

    host_signals.take(ctx, run_id)       # by the saga, once the run has ended

A host speaks for itself alone, and only the run's own hosts are heard. Told again, nothing counts twice. What cannot be
read is said in the run's log; the run is what it came to all the same.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.host_signals import ARTIFACT, collected
from cloudctl.domain.runs import Run, RunBatch, RunEvent
from cloudctl.ports.context import Context, platform
from cloudctl.ports.metrics import Daily, Known
from cloudctl.services import run_plays
from cloudctl.services.readings import take_told

PLAYBOOK = "collect_evidence"
SOURCE = "hosts"
KIND = "evidence"
log = logging.getLogger(__name__)


def take(ctx: Context, run_id: UUID) -> int:
    """Takes what its hosts told; answers how many numbers were new. Of another playbook's run there is nothing."""
    run = run_plays.of(ctx, run_id)
    if run.playbook != PLAYBOOK:
        return 0
    with ctx.unit_of_work(platform(f"run:{run_id}")) as uow:
        kept = next((file for file in uow.runs.artifacts(run_id) if file.name == ARTIFACT), None)
    if kept is None:
        return 0
    try:
        return _taken(ctx, run, ctx.files.get(kept.digest))
    except Invalid as error:
        log.warning("signals of run %s: %s", run_id, error)
        said = RunEvent(at=datetime.now(UTC), kind="line", text=f"{ARTIFACT}: {error}")
        run_plays.say(ctx, run_id, RunBatch(events=(said,)))
        return 0


def _taken(ctx: Context, run: Run, content: bytes) -> int:
    told = collected(content)
    today = min(told.today, ctx.clock.now().date())
    subjects = _subjects(ctx, run)
    dailies, dates = [], []
    for host in told.signals:
        subject = subjects.get(host.host)
        if subject is None:
            continue
        dailies += [Daily(subject, one.metric, one.day, one.value) for one in host.counted(today)]
        dates += [Known(subject, one.metric, one.day) for one in host.dated(today)]
    if not dailies and not dates:
        return 0
    request = platform(f"run:{run.id}")
    return take_told(ctx, request, source=SOURCE, kind=KIND, dailies=dailies, dates=dates, asked=len(run.hosts))


def _subjects(ctx: Context, run: Run) -> dict[str, UUID]:
    """By a host's name in the run's inventory, the object that its server is now."""
    there = {target.id for target in ctx.queries.telemetry.targets(None)}
    found = ctx.queries.telemetry.subjects(run.hosts)
    return {
        run.names[str(host)]: subject
        for host in run.hosts
        if str(host) in run.names
        for subject in found.get(host, ())
        if subject in there
    }
