"""The states of exemptions from the zombie policy; verdicts have none: they are only ever added."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

ZOMBIE_EXEMPTIONS = Machine(
    noun="zombie_exemption",
    states={
        "requested": "Its department asks for it; waits for somebody else to decide.",
        "granted": "Holds until its last day.",
        "refused": "The office said no.",
        "ended": "Taken back before its last day.",
    },
    table=table(
        ("requested", "grant", "granted", "somebody who did not ask for it grants it"),
        ("requested", "refuse", "refused", "the office says no"),
        ("granted", "end", "ended", "it is taken back"),
    ),
)
