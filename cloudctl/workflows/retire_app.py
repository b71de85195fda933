"""retire_app: a last backup, then everything of an application off its hosts, its name and its entry.

begin -> back_up_last -> remove_all -> withdraw_name -> leave_register -> finish
anything else: stop
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.apps import AppPlace
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_names, app_register, app_steps
from cloudctl.services.app_runs import Work
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import insist, step
from cloudctl.workflows.hosting import begin, changed, finish, stop
from cloudctl.workflows.prove_app import cleared

NAME = "retire_app"


@step
def back_up_last(ctx: Context, act_id: str) -> Verdict | None:
    """What it holds, into the store; not where a person has said why there is to be none."""
    if all(work.act.arguments.get("without_backup") for work in app_steps.works(ctx, [act_id])):
        return hosting.stopped(ctx, [act_id])
    return hosting.taken(ctx, act_id, part="last")


@step
def remove_all(ctx: Context, act_id: str) -> Verdict | None:
    """Off every host that it stands on."""
    for work in app_steps.works(ctx, [act_id]):
        why = cleared(ctx, work, part="last") or hosting.unbalanced(ctx, work, part="retire")
        if why:
            app_steps.trouble(ctx, work.act.id, why)
            continue
        if not _instances(work):
            continue
        backup = app_steps.backup_of(ctx, work)
        told = {
            "snapshot": backup.snapshot if backup else "",
            "retired_without_backup": str(work.act.arguments.get("without_backup", "")),
        }
        done = hosting.removed(ctx, work, told, part="retire", places=_instances)
        if done.why:
            app_steps.trouble(ctx, work.act.id, done.why[work.app.code])
        else:
            app_steps.left(ctx, work, work.hosts(work.places))
    return hosting.stopped(ctx, [act_id])


@step
def withdraw_name(ctx: Context, act_id: str) -> None:
    """Its name leads nowhere."""
    for work in app_steps.works(ctx, [act_id]):
        insist(ctx, lambda work=work: app_names.withdraw(ctx, work))  # type: ignore[misc]


@step
def leave_register(ctx: Context, act_id: str) -> None:
    """Its system's entry names it no longer."""
    for work in app_steps.works(ctx, [act_id]):
        app_register.leave(ctx, work)


def body(steps: Any, act_id: str) -> Verdict:
    """Retired, or as before, or parked."""
    return changed(steps, act_id, FORWARD)


FORWARD = ("begin", "back_up_last", "remove_all", "withdraw_name", "leave_register", "finish")
RETIRE_APP = Saga(
    name=NAME,
    steps=(begin, back_up_last, remove_all, withdraw_name, leave_register, finish, stop),
    body=body,
)


def _instances(work: Work) -> list[AppPlace]:
    return [place for place in work.places if not place.balancer]
