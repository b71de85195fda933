"""restore_app: a backup put back, where the application stands or, where its host is gone, on another one.

The backup is its own, or what one of its kind left that was retired.

begin -> find_host -> enter_names -> install_again -> put_back -> check_answer -> finish
anything else: stop
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.app_acts import ActKind
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_steps
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import begin, changed, enter_names, finish, stop
from cloudctl.workflows.roll_back_app import check_answer

NAME = "restore_app"


@step
def find_host(ctx: Context, act_id: str) -> Verdict | None:
    """Where it stands; another host in the place of one that is gone or out of service."""
    for work in app_steps.works(ctx, [act_id]):
        why = app_steps.replace_gone(ctx, work.act.id)
        if why is not None:
            app_steps.trouble(ctx, work.act.id, why)
    return hosting.stopped(ctx, [act_id])


@step
def install_again(ctx: Context, act_id: str) -> Verdict | None:
    """Its software, user, database and address: nothing changes where they are there already.

    A restore takes a release along that a broken off upgrade has left; its content comes from the backup anyway.
    """
    for work in app_steps.works(ctx, [act_id]):
        if work.act.kind is ActKind.RESTORE:
            app_steps.inherit(ctx, work.act.id)
        before = work.act.from_release or "" if work.act.kind is ActKind.RESTORE else ""
        more = hosting.given({"previous_version": before})
        if hosting.carried_out(ctx, [work], "deploy_app", part="again", more=more).well:
            app_steps.ready(ctx, work)
            hosting.balanced(ctx, work, part="again")
    return hosting.stopped(ctx, [act_id])


@step
def put_back(ctx: Context, act_id: str) -> Verdict | None:
    """The content of the backup, in the place of what is there."""
    return hosting.restored(ctx, act_id)


def body(steps: Any, act_id: str) -> Verdict:
    """Restored, or as before, or parked."""
    return changed(steps, act_id, FORWARD)


FORWARD = ("begin", "find_host", "enter_names", "install_again", "put_back", "check_answer", "finish")
RESTORE_APP = Saga(
    name=NAME,
    steps=(begin, find_host, enter_names, install_again, put_back, check_answer, finish, stop),
    body=body,
)
