"""What a worker does beside sagas, and how often.

ticker = Ticker(regular(app), exclusive=...)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from cloudctl.engine.retention import forget_finished
from cloudctl.engine.schedules import Job, Ticker
from cloudctl.persistence.engines import Engines
from cloudctl.persistence.retention import forget_answers, forget_attempts, forget_changes, forget_run_lines
from cloudctl.ports.context import Context, platform
from cloudctl.services import (
    access_grants,
    app_backups,
    app_changes,
    apps,
    assessments,
    attachments,
    backups,
    capacity,
    cases,
    checks,
    clearing_rounds,
    emergencies,
    evidence,
    hosts,
    indicators,
    notices,
    openings,
    orders,
    readings,
    reminders,
    resources,
    rooms,
    run_turns,
    shadow_looks,
    supervision,
    syncs,
    terms,
    usage,
    waste,
    waves,
    zombies,
)
from cloudctl.settings import Settings

CLOUDS_EVERY_S = 15.0


class Worker(Protocol):
    """What the jobs need of an installation."""

    @property
    def settings(self) -> Settings: ...

    @property
    def context(self) -> Context: ...

    @property
    def engines(self) -> Engines: ...

    @property
    def client(self) -> Any: ...

    @property
    def ticker(self) -> Ticker: ...


def regular(app: Worker) -> list[Job]:
    """What a worker does beside sagas, and how often."""
    ctx = app.context
    keep_days = app.settings.workflow_retention_days
    return [
        *(_sender(ctx, channel) for channel in ctx.notifier.channels),
        Job("strays", every_s=300, run=lambda: notices.send_strays(ctx, platform("job:strays"))),
        Job("corrections", every_s=300, run=lambda: orders.expire_corrections(ctx, platform("job:corrections"))),
        Job("rooms", every_s=3600, run=lambda: rooms.tell_lapsed(ctx, platform("job:rooms"))),
        Job("purges", every_s=300, run=lambda: resources.purge_due(ctx, platform("job:purges"))),
        Job("backups", every_s=3600, run=lambda: backups.purge_due(ctx, platform("job:backups"))),
        Job("files", every_s=3600, run=lambda: attachments.sweep(ctx, platform("job:files"))),
        Job("supervision", every_s=300, run=lambda: supervision.run(ctx, platform("job:supervision"))),
        Job("emergencies", every_s=300, run=lambda: emergencies.lapse(ctx, platform("job:emergencies"))),
        Job("evidence", every_s=3600, run=lambda: evidence.gather(ctx, platform("job:evidence"))),
        Job("zombies", every_s=3600, run=lambda: zombies.scan_due(ctx, platform("job:zombies"))),
        Job("indicators", every_s=3600, run=lambda: indicators.keep(ctx, platform("job:indicators"))),
        Job("clearings", every_s=300, run=lambda: clearing_rounds.advance(ctx, platform("job:clearings"))),
        Job("hosts", every_s=20, run=lambda: hosts.enrol_new(ctx, platform("job:hosts"))),
        Job("access-grants", every_s=300, run=lambda: access_grants.end_due(ctx, platform("job:access-grants"))),
        Job("cases", every_s=3600, run=lambda: cases.supervise(ctx, platform("job:cases"))),
        Job("telemetry", every_s=300, run=lambda: readings.run_due(ctx, platform("job:telemetry"))),
        Job("openings", every_s=3600, run=lambda: openings.open_due(ctx, platform("job:openings"))),
        Job("capacity", every_s=3600, run=lambda: capacity.sample(ctx, platform("job:capacity"))),
        Job("reminders", every_s=3600, run=lambda: reminders.remind(ctx, platform("job:reminders"))),
        Job("terms", every_s=3600, run=lambda: terms.remind(ctx, platform("job:terms"))),
        Job("shadows", every_s=3600, run=lambda: shadow_looks.scan(ctx, platform("job:shadows"))),
        Job("waste", every_s=24 * 3600, run=lambda: waste.scan(ctx, platform("job:waste"))),
        Job("waves", every_s=300, run=lambda: waves.follow_up(ctx, platform("job:waves"))),
        Job("assessments", every_s=3600, run=lambda: assessments.lapse(ctx, platform("job:assessments"))),
        Job("apps", every_s=30, run=lambda: apps.place_waiting(ctx, platform("job:apps"))),
        Job("app-backups", every_s=300, run=lambda: app_backups.look_after(ctx, platform("job:app-backups"))),
        Job("checks", every_s=15, run=lambda: checks.look_due(ctx, platform("job:checks"))),
        Job("checks-retention", every_s=24 * 3600, run=lambda: checks.forget(ctx, platform("job:checks-retention"))),
        Job("certificates", every_s=3600, run=lambda: app_changes.renew_due(ctx, platform("job:certificates"))),
        Job("clouds", every_s=CLOUDS_EVERY_S, run=lambda: _follow_clouds(app), everywhere=True),
        Job("workflow-retention", every_s=3600, run=lambda: forget_finished(app.client, ctx.clock.now(), keep_days)),
        Job("answers-retention", every_s=3600, run=lambda: forget_answers(app.engines.write, ctx.clock.now())),
        Job("attempts-retention", every_s=3600, run=lambda: forget_attempts(app.engines.write, _attempts_since(app))),
        Job("lines-retention", every_s=3600, run=lambda: forget_run_lines(app.engines.write, _run_lines_since(app))),
        Job("runs", every_s=60, run=lambda: run_turns.advance(ctx, platform("job:runs"))),
        Job("changes-retention", every_s=3600, run=lambda: forget_changes(app.engines.write, _changes_since(app))),
    ]


def _follow_clouds(app: Worker) -> None:
    """Each cloud has a job of its own, from the moment it is on record: one that hangs delays no other."""
    for code in syncs.codes(app.context, platform("job:clouds")):
        app.ticker.add(_reader(app.context, code))
        if code not in app.settings.telemetry.without_clouds:
            app.ticker.add(_looker(app.context, code))


def _reader(ctx: Context, code: str) -> Job:
    name = f"sync-{code}"
    return Job(name, every_s=5, run=lambda: syncs.run_due(ctx, platform(f"job:{name}"), code))


def _looker(ctx: Context, code: str) -> Job:
    name = f"usage-{code}"
    return Job(name, every_s=15, run=lambda: usage.look(ctx, platform(f"job:{name}"), code))


def _attempts_since(app: Worker) -> datetime:
    return app.context.clock.now() - timedelta(days=app.settings.attempt_retention_days)


def _run_lines_since(app: Worker) -> datetime:
    return app.context.clock.now() - timedelta(days=app.settings.runs.lines_retention_days)


def _changes_since(app: Worker) -> datetime:
    return app.context.clock.now() - timedelta(days=app.settings.change_retention_days)


def _sender(ctx: Context, channel: str) -> Job:
    """Each channel has a job of its own: one that hangs delays no other."""
    name = f"notices-{channel}"
    return Job(name, every_s=5, run=lambda: notices.send_due(ctx, platform(f"job:{name}"), channel))
