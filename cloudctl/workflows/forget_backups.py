"""forget_backups: backups of an application whose time is over, out of the store and then on record as purged.

begin -> forget_snapshots -> finish
anything else: stop (they stay, and are tried again another day)
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.signals import Sentence
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import app_retention, app_runs, app_steps
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import begin, changed, finish, stop

NAME = "forget_backups"
NO_HOST = mark("No shared host of the zone {zone} is in service: the store cannot be asked.")


@step
def forget_snapshots(ctx: Context, act_id: str) -> Verdict | None:
    """By restic, on a host; one that is not in the store any more is as good as forgotten."""
    for work in app_steps.works(ctx, [act_id]):
        there = app_retention.at(ctx, work)
        if there is None:
            app_steps.trouble(ctx, work.act.id, Sentence(NO_HOST, {"zone": work.app.zone}).words)
            continue
        told_more = {
            "repository": app_runs.repository(ctx, work.app), "forget": app_retention.snapshots(ctx, work),
        }  # fmt: skip
        done = hosting.carried_out(
            ctx, [there], "forget_backups", part="forget", changes=False, places=lambda one: one.places,
            more=hosting.given(told_more),
        )  # fmt: skip
        if done.well:
            app_retention.purged(ctx, work)
    return hosting.stopped(ctx, [act_id])


def body(steps: Any, act_id: str) -> Verdict:
    """Forgotten, or as before."""
    return changed(steps, act_id, ("begin", "forget_snapshots", "finish"))


FORGET_BACKUPS = Saga(name=NAME, steps=(begin, forget_snapshots, finish, stop), body=body)
