"""scale_app: an application onto more hosts or fewer, behind a balancer from two on, under the same name.

begin -> choose_hosts -> back_up_first -> install_more -> fill_more -> check_more -> balance -> point_name
-> take_fewer -> finish
before the balancer is told: clear_more -> stop (it runs as before); after that: stop (a person has to look)

What comes gets the content of a backup. What is written afterwards is not shared by the hosts: blueprints that say
`scales` have content that is brought from outside, or none.
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.apps import Words
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_runs, app_scaling, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.services.app_scaling import coming, going
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import Places, begin, finish, stop, told
from cloudctl.workflows.move_app import keep_both, point_name

NAME = "scale_app"
WHY = {"retired_without_backup": "it stands on fewer hosts", "snapshot": ""}


@step
def choose_hosts(ctx: Context, act_id: str) -> Verdict | None:
    """Hosts with room, and one for the balancer; what is to go is leaving."""
    for work in app_steps.works(ctx, [act_id]):
        why = app_scaling.place(ctx, work.act.id)
        if why is not None:
            app_steps.trouble(ctx, work.act.id, why)
    return hosting.stopped(ctx, [act_id])


@step
def back_up_first(ctx: Context, act_id: str) -> Verdict | None:
    """What the hosts that come are filled with."""
    if any(coming(work) for work in app_steps.works(ctx, [act_id])):
        return hosting.taken(ctx, act_id, part="first")
    return None


@step
def install_more(ctx: Context, act_id: str) -> Verdict | None:
    """All that it needs, on the hosts that come."""
    for work in app_steps.works(ctx, [act_id]):
        if coming(work):
            hosting.carried_out(ctx, [work], "deploy_app", part="more", changes=False, places=coming)
    return hosting.stopped(ctx, [act_id])


@step
def fill_more(ctx: Context, act_id: str) -> Verdict | None:
    """Its content, on the hosts that come."""
    for work in app_steps.works(ctx, [act_id]):
        backup = app_steps.backup_of(ctx, work)
        if coming(work) and backup is not None:
            given = {"repository": app_runs.repository(ctx, work.app), "snapshot": backup.snapshot}
            hosting.carried_out(
                ctx, [work], "restore_app", part="more", changes=False, places=coming, more=hosting.given(given)
            )  # fmt: skip
    return hosting.stopped(ctx, [act_id])


@step
def check_more(ctx: Context, act_id: str) -> Verdict | None:
    """They answer the checks, before anybody is led there."""
    works = [work for work in app_steps.works(ctx, [act_id]) if coming(work)]
    hosting.answering(ctx, works, hosts=lambda work: work.hosts(coming(work)))
    return hosting.stopped(ctx, [act_id])


@step
def balance(ctx: Context, act_id: str) -> Verdict | None:
    """The balancer passes on to all that are to serve; one that is new serves nobody yet."""
    for work in app_steps.works(ctx, [act_id]):
        app_scaling.tell(ctx, work)
        if hosting.balanced(ctx, work, part="all", changes=work.app.instances > 1):
            app_scaling.balanced(ctx, work)
    return hosting.stopped(ctx, [act_id])


@step
def take_fewer(ctx: Context, act_id: str) -> Verdict | None:
    """Off the hosts that it leaves; the balancer goes with the last but one."""
    for work in app_steps.works(ctx, [act_id]):
        why = _off(ctx, work, going, part="fewer")
        if not why and not work.balancers:
            why = hosting.unbalanced(ctx, work, part="fewer")
        if why:
            app_steps.trouble(ctx, work.act.id, why)
    return hosting.stopped(ctx, [act_id])


@step
def clear_more(ctx: Context, act_id: str) -> Verdict | None:
    """Nothing is left on the hosts that were to come, and what was to go stays."""
    for work in app_steps.works(ctx, [act_id], troubled=True):
        if work.act.changed:
            continue
        why = _off(ctx, work, coming, part="clear", changes=False)
        if not why and work.app.instances == 1:
            why = _never_balanced(ctx, work)
        if why:
            return {"outcome": "failed", "reason": why.get("zh_CN", "")}
        app_steps.come_back(ctx, work.act.id)
    return None


def body(steps: Any, act_id: str) -> Verdict:
    """Scaled, or as before, or parked."""
    verdict = hosting.forward(steps, [act_id], FORWARD)
    if verdict["outcome"] == "done":
        return verdict
    steps.note_trouble(verdict.get("reason", ""), act_id)
    if steps.clear_more(act_id)["outcome"] != "done":
        steps.keep_both(act_id)
    return told(verdict, steps.stop(act_id, verdict.get("reason", "")))


FORWARD = (
    "begin", "choose_hosts", "back_up_first", "install_more", "fill_more", "check_more", "balance", "point_name",
    "take_fewer", "finish",
)  # fmt: skip
SCALE_APP = Saga(
    name=NAME,
    steps=(
        begin, choose_hosts, back_up_first, install_more, fill_more, check_more, balance, point_name, take_fewer,
        finish, hosting.note_trouble, clear_more, keep_both, stop,
    ),
    body=body,
)  # fmt: skip


def _off(ctx: Context, work: Work, which: Places, *, part: str, changes: bool = True) -> Words:
    """Takes it off these hosts; the reason where that cannot be done."""
    if not which(work):
        return {}
    done = hosting.removed(ctx, work, WHY, part=part, places=which, changes=changes)
    if not done.why:
        app_steps.left(ctx, work, work.hosts(which(work)))
    return done.why.get(work.app.code, {})


def _never_balanced(ctx: Context, work: Work) -> Words:
    """The balancer that was to come knows nothing of it, and is not its own."""
    if any(place.ready for place in work.balancers):
        return hosting.unbalanced(ctx, work, part="clear", changes=False)
    app_steps.left(ctx, work, work.hosts(work.balancers))
    return {}
