"""The state machine of runs of playbooks."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

RUNS = Machine(
    noun="run",
    states={
        "asked": "Waits for the leave of a second person.",
        "planned": "Part of a deployment, which has it carried out when it is there.",
        "queued": "Waits for its turn: for its zone's limit, or for another run on one of its hosts.",
        "running": "The playbook is being carried out.",
        "stopping": "Somebody has called it off; what is under way is being ended.",
        "succeeded": "Carried out on every host.",
        "failed": "Not carried out on every host; the record names the hosts and the task.",
        "cancelled": "Called off before its end; the record says which hosts it had reached.",
        "attention": "Broke off, and may not be begun again with nobody asked: a person has to look.",
    },
    table=table(
        ("asked", "approve", "queued", "a second person gives leave"),
        ("asked", "cancel", "cancelled", "called off, or leave was not given"),
        ("planned", "ask", "asked", "it needs the leave of a second person"),
        ("planned", "wait", "queued", "it needs no leave, or the deployment has come to it"),
        ("planned", "cancel", "cancelled", "the deployment ended before it"),
        ("queued", "begin", "running", "its hosts are free and its zone has room"),
        ("queued", "cancel", "cancelled", "called off before it began"),
        ("running", "stop", "stopping", "somebody calls it off"),
        ("running", "succeed", "succeeded", "every host is done"),
        ("running", "fail", "failed", "a host failed or could not be reached, or time ran out"),
        ("running", "cancel", "cancelled", "the saga that it is part of was called off"),
        ("running", "park", "attention", "its worker died in the middle, and it may not be repeated by itself"),
        ("stopping", "succeed", "succeeded", "it was done before it could be stopped"),
        ("stopping", "fail", "failed", "it had failed before it could be stopped"),
        ("stopping", "cancel", "cancelled", "everything that it had started is ended"),
        ("stopping", "park", "attention", "its worker died in the middle, and it may not be repeated by itself"),
        ("attention", "settle", "failed", "a person has looked"),
    ),
)

OPEN = ("running", "stopping")
"""Its hosts are its own."""
ENDED = RUNS.final | {"attention"}
"""Nothing is carried out any more."""
