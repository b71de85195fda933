"""renew_app: another certificate before the one that an application shows ends.

begin -> enter_names -> install_again -> check_answer -> finish
anything else: stop
"""

from __future__ import annotations

from typing import Any

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.workflows.hosting import begin, changed, enter_names, finish, stop
from cloudctl.workflows.restore_app import install_again
from cloudctl.workflows.roll_back_app import check_answer

NAME = "renew_app"


def body(steps: Any, act_id: str) -> Verdict:
    """Renewed, or as before, or parked."""
    return changed(steps, act_id, ("begin", "enter_names", "install_again", "check_answer", "finish"))


RENEW_APP = Saga(name=NAME, steps=(begin, enter_names, install_again, check_answer, finish, stop), body=body)
