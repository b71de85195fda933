"""roll_back_app: the release before, after a backup of what is there; the content stays as it is now.

begin -> back_up_first -> bring_back -> check_answer -> finish
anything else: stop
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_steps
from cloudctl.workflows import hosting, rolling
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import back_up_first, begin, changed, finish, stop

NAME = "roll_back_app"


@step
def bring_back(ctx: Context, act_id: str) -> Verdict | None:
    """The release before, on every host of it; one after the other behind a balancer."""
    return rolling.changed(ctx, act_id, "roll_back_app", part="bring_back")


@step
def check_answer(ctx: Context, act_id: str) -> Verdict | None:
    """It answers its checks."""
    hosting.answering(ctx, app_steps.works(ctx, [act_id]))
    return hosting.stopped(ctx, [act_id])


def body(steps: Any, act_id: str) -> Verdict:
    """Back, or as before, or parked."""
    return changed(steps, act_id, ("begin", "back_up_first", "bring_back", "check_answer", "finish"))


ROLL_BACK_APP = Saga(name=NAME, steps=(begin, back_up_first, bring_back, check_answer, finish, stop), body=body)
