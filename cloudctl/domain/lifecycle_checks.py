"""The state machines of checks of applications, and of incidents."""

from __future__ import annotations

from cloudctl.domain.lifecycle_apps import SERVING
from cloudctl.domain.machines import Machine, table

LOOKED_AT = (*SERVING, "restoring", "attention")
"""Applications that are looked at, once they have run: what its department misses counts, whatever the reason."""

CHECKS = Machine(
    noun="check",
    states={
        "waiting": "It is on record, and nobody has looked yet.",
        "well": "It answered when it was looked at last.",
        "failing": "It did not answer as it should when it was looked at last.",
        "ended": "Its application is retired, or its release has no such check any more.",
    },
    table=table(
        ("waiting", "answer", "well", "it answers"),
        ("waiting", "fail", "failing", "it does not answer as it should"),
        ("well", "fail", "failing", "it does not answer as it should any more"),
        ("failing", "answer", "well", "it answers again"),
        ("well", "end", "ended", "it is not looked at any more"),
        ("failing", "end", "ended", "it is not looked at any more"),
        ("ended", "resume", "waiting", "it is looked at again"),
    ),
)

INCIDENTS = Machine(
    noun="incident",
    states={
        "open": "A check failed several times in a row, and has not answered as often since.",
        "closed": "Everything that failed answered several times in a row.",
        "ended": "Its application is not looked at any more.",
    },
    table=table(
        ("open", "close", "closed", "everything answers again"),
        ("open", "end", "ended", "the application is not looked at any more"),
    ),
)
