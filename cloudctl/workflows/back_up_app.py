"""back_up_app: what an application holds, into the store, with its snapshot on record.

begin -> take_backup -> finish
anything else: stop (it runs as before; operations are told)
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.workflows.attempts import step
from cloudctl.workflows.hosting import begin, changed, finish, stop, taken

NAME = "back_up_app"


@step
def take_backup(ctx: Context, act_id: str) -> Verdict | None:
    """By restic, on the host; the snapshot's id is what it is found by."""
    return taken(ctx, act_id, part="backup")


def body(steps: Any, act_id: str) -> Verdict:
    """Backed up, or as before."""
    return changed(steps, act_id, ("begin", "take_backup", "finish"))


BACK_UP_APP = Saga(name=NAME, steps=(begin, take_backup, finish, stop), body=body)
