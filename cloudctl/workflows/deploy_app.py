"""deploy_app: applications onto their hosts, many of one blueprint at once, until their checks answer.

begin -> choose_hosts -> enter_names -> install -> install_alone -> check_health -> enter_register
always: take_down (what something went wrong with, and that never ran) -> finish

One without a host waits, and is begun anew by itself. What could not be deployed is taken down again; where that cannot
be done either, a person has to look, and what stands is on record. What ran before is never taken down here.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import app_register, app_steps
from cloudctl.workflows import hosting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import (
    begin,
    check_health,
    enter_names,
    finish,
    install,
    install_alone,
    note_trouble,
    take_down,
    told,
)

NAME = "deploy_app"


@step
def choose_hosts(ctx: Context, *act_ids: str) -> None:
    """A place on a host with room, one placement at a time; whoever finds none waits."""
    for work in app_steps.works(ctx, act_ids):
        app_steps.place(ctx, work.act.id)


@step
def enter_register(ctx: Context, *act_ids: str) -> None:
    """Each system's entry in the register, and the evidence that it is on the platform."""
    for act_id in act_ids:
        for work in app_steps.works(ctx, [str(UUID(act_id))]):
            app_register.enter(ctx, work)


def body(steps: Any, *act_ids: str) -> Verdict:
    """Deployed; or waiting, undone, or parked with what stands on record."""
    verdict = hosting.forward(steps, act_ids, FORWARD)
    if verdict["outcome"] != "done":
        steps.note_trouble(verdict.get("reason", ""), *act_ids)
    steps.take_down(*act_ids)
    return told(verdict, steps.finish(*act_ids))


FORWARD = ("begin", "choose_hosts", "enter_names", "install", "install_alone", "check_health", "enter_register")
DEPLOY_APP = Saga(
    name=NAME,
    steps=(
        begin, choose_hosts, enter_names, install, install_alone, check_health, enter_register, note_trouble,
        take_down, finish,
    ),
    body=body,
)  # fmt: skip
