"""move_app: an application onto another host, in the same cloud or another, under the same name.

begin -> choose_target -> install_target -> back_up_first -> fill_target -> check_target
-> point_name -> leave_old -> finish
before its name was pointed: clear_target -> stop (it runs where it was)
after that: stop (a person has to look: it runs on the new host, and the old one is not cleared)

The backup is taken when the target is ready, so that what is written to the old place after it, which is lost, is what
was written within the time of one backup and one restore.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_names, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import insist, step
from cloudctl.workflows.hosting import back_up_first, begin, finish, stop, told

NAME = "move_app"


@step
def choose_target(ctx: Context, act_id: str) -> Verdict | None:
    """Another host with room."""
    for work in app_steps.works(ctx, [act_id]):
        why = app_steps.place_apart(ctx, work.act.id)
        if why is not None:
            app_steps.trouble(ctx, work.act.id, why)
    return hosting.stopped(ctx, [act_id])


@step
def install_target(ctx: Context, act_id: str) -> Verdict | None:
    """All that it needs, on the new host; where it runs nothing changes."""
    for work in app_steps.works(ctx, [act_id]):
        if hosting.carried_out(ctx, [work], "deploy_app", part="target", changes=False).well:
            app_steps.ready(ctx, work)
    return hosting.stopped(ctx, [act_id])


@step
def fill_target(ctx: Context, act_id: str) -> Verdict | None:
    """Its content, on the new host."""
    return hosting.restored(ctx, act_id, changes=False)


@step
def check_target(ctx: Context, act_id: str) -> Verdict | None:
    """It answers its checks on the new host, before anybody is led there."""
    hosting.answering(ctx, app_steps.works(ctx, [act_id]), hosts=lambda work: work.hosts(work.standing))
    return hosting.stopped(ctx, [act_id])


@step
def point_name(ctx: Context, act_id: str) -> None:
    """Its name leads to where it stands from now on, or to its balancer."""
    for work in app_steps.works(ctx, [act_id]):
        app_steps.going(ctx, work.act.id)
        insist(ctx, lambda work=work: app_names.point(ctx, work))  # type: ignore[misc]


@step
def leave_old(ctx: Context, act_id: str) -> Verdict | None:
    """Off the host that it has left; its content there is in the backup."""
    for work in app_steps.works(ctx, [act_id]):
        leaving = [place for place in work.places if place.leaving]
        if not leaving:
            continue
        backup = app_steps.backup_of(ctx, work)
        told_more = {"snapshot": backup.snapshot if backup else "", "retired_without_backup": ""}
        done = hosting.removed(ctx, work, told_more, part="old", places=_leaving)
        if done.why:
            app_steps.trouble(ctx, work.act.id, done.why[work.app.code])
        else:
            app_steps.left(ctx, work, work.hosts(leaving))
    return hosting.stopped(ctx, [act_id])


@step
def clear_target(ctx: Context, act_id: str) -> Verdict | None:
    """Nothing is left on the new host, and where it was is where it stands."""
    for work in app_steps.works(ctx, [act_id], troubled=True):
        if _leaving(work) and work.standing:
            why = {"retired_without_backup": "the move did not come about", "snapshot": ""}
            done = hosting.removed(ctx, work, why, part="clear", places=lambda one: one.standing, changes=False)
            if done.why:
                return {"outcome": "failed", "reason": done.why[work.app.code].get("zh_CN", "")}
            app_steps.left(ctx, work, work.hosts(work.standing))
        app_steps.come_back(ctx, work.act.id)
    return None


def body(steps: Any, act_id: str) -> Verdict:
    """Moved, or where it was, or parked."""
    verdict = hosting.forward(steps, [act_id], REHEARSAL)
    if verdict["outcome"] != "done":
        steps.note_trouble(verdict.get("reason", ""), act_id)
        cleared = steps.clear_target(act_id)
        if cleared["outcome"] != "done":
            steps.keep_both(act_id)
        return told(verdict, steps.stop(act_id, verdict.get("reason", "")))
    verdict = hosting.forward(steps, [act_id], ("point_name", "leave_old", "finish"))
    if verdict["outcome"] == "done":
        return verdict
    return told(verdict, steps.stop(act_id, verdict.get("reason", "")))


@step
def keep_both(ctx: Context, act_id: str) -> None:
    """The new host could not be cleared: a person has to look at both."""
    app_steps.going(ctx, UUID(act_id))


REHEARSAL = ("begin", "choose_target", "install_target", "back_up_first", "fill_target", "check_target")
MOVE_APP = Saga(
    name=NAME,
    steps=(
        begin, choose_target, install_target, back_up_first, fill_target, check_target, point_name, leave_old, finish,
        hosting.note_trouble, clear_target, keep_both, stop,
    ),
    body=body,
)  # fmt: skip


def _leaving(work: Work) -> list[Any]:
    return [place for place in work.places if place.leaving]
