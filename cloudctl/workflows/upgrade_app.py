"""upgrade_app: a backup first, then another release, until its checks answer; else the release before, as it was.

begin -> back_up_first -> bring_release -> check_upgrade -> finish
a failed backup: stop (nothing was changed)
a failed upgrade or check: turn_back -> put_content_back -> check_before -> finish_roll_back; where that fails, stop

On several hosts behind a balancer the release is brought, and taken back, on one host after the other (`rolling`): the
others serve meanwhile. Where it goes wrong on one, those after it were never touched.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from cloudctl.domain.apps import AppPlace, Words
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_runs, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.workflows import hosting, rolling
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import back_up_first, begin, finish, stop, told

NAME = "upgrade_app"


@step
def bring_release(ctx: Context, act_id: str) -> Verdict | None:
    """The other release, on every host of it; what the playbook refuses to begin with has changed nothing."""
    return rolling.changed(ctx, act_id, "upgrade_app", part="bring")


@step
def check_upgrade(ctx: Context, act_id: str) -> Verdict | None:
    """It answers its checks in the new release."""
    hosting.answering(ctx, app_steps.works(ctx, [act_id]))
    return hosting.stopped(ctx, [act_id])


@step
def turn_back(ctx: Context, act_id: str) -> Verdict | None:
    """The release before, on every host of it that the other one was brought to; one after the other with content."""
    app_steps.turn_back(ctx, UUID(act_id))
    for work in app_steps.works(ctx, [act_id], troubled=True):
        if rolling.one_by_one(work):
            why = rolling.turned_back(ctx, work, "upgrade_app", part="bring", again=partial(_as_before, ctx))
        else:
            why = _again(ctx, work, work.standing, "roll_back_app", part="turn_back")
        if why:
            return {"outcome": "failed", "reason": why.get("zh_CN", "")}
    return None


@step
def put_content_back(ctx: Context, act_id: str) -> Verdict | None:
    """What the backup has, as it was when the upgrade began: a release may have changed it."""
    for work in app_steps.works(ctx, [act_id], troubled=True):
        if not rolling.one_by_one(work):
            why = _again(ctx, work, work.standing, "restore_app", part="put_content_back")
            if why:
                return {"outcome": "failed", "reason": why.get("zh_CN", "")}
    return None


@step
def check_before(ctx: Context, act_id: str) -> Verdict | None:
    """It answers its checks in the release before."""
    for words in hosting.unwell(ctx, app_steps.works(ctx, [act_id], troubled=True)).values():
        return {"outcome": "failed", "reason": words["zh_CN"]}
    return None


@step
def finish_roll_back(ctx: Context, act_id: str) -> None:
    """On record, and told: the upgrade was rolled back, and why."""
    app_steps.rolled_back(ctx, UUID(act_id))


def body(steps: Any, act_id: str) -> Verdict:
    """Upgraded; or as before; or parked."""
    ready = hosting.forward(steps, [act_id], ("begin", "back_up_first"))
    if ready["outcome"] != "done":
        return told(ready, steps.stop(act_id, ready.get("reason", "")))
    verdict = hosting.forward(steps, [act_id], ("bring_release", "check_upgrade", "finish"))
    if verdict["outcome"] == "done":
        return verdict
    if verdict["outcome"] == "stop":
        return told(verdict, steps.stop(act_id, verdict.get("reason", "")))
    steps.note_trouble(verdict.get("reason", ""), act_id)
    back = hosting.forward(steps, [act_id], ("turn_back", "put_content_back", "check_before"))
    if back["outcome"] == "done":
        return told(verdict, steps.finish_roll_back(act_id))
    reason = f"{verdict.get('reason', '')} ({back.get('reason', '')})"
    return told(verdict, steps.stop(act_id, reason))


UPGRADE_APP = Saga(
    name=NAME,
    steps=(
        begin, back_up_first, bring_release, check_upgrade, finish, hosting.note_trouble, turn_back, put_content_back,
        check_before, finish_roll_back, stop,
    ),
    body=body,
)  # fmt: skip


def _as_before(ctx: Context, work: Work, places: Collection[AppPlace], name: str) -> Words:
    return _again(ctx, work, places, "roll_back_app", part=f"turn_back{name}") or _again(
        ctx, work, places, "restore_app", part=f"put_content_back{name}"
    )


def _again(ctx: Context, work: Work, places: Collection[AppPlace], playbook: str, *, part: str) -> Words:
    backup = app_steps.backup_of(ctx, work)
    told_more = {
        "version": work.act.from_release or "",
        "previous_version": work.act.to_release or "",
        "repository": app_runs.repository(ctx, work.app),
        "snapshot": backup.snapshot if backup else "",
    }
    done = hosting.played(ctx, [work], playbook, part=part, more=hosting.given(told_more), places=lambda _: places)
    return done.why.get(work.app.code, {})
