"""The state machines of shadow systems and of waste: found by a scan, settled by people."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

SHADOWS = Machine(
    noun="shadow",
    states={
        "open": "Found, and nobody has decided on it.",
        "registered": "It belongs to a system of the register.",
        "merged": "It was merged into the system that it duplicates.",
        "clearing": "It is being put by or taken away; what runs is looked at again.",
        "cleared": "It is gone.",
        "dismissed": "Somebody has decided that it is none, with a reason.",
        "vanished": "Whatever it was is no longer so.",
    },
    table=table(
        ("open", "register", "registered", "it is put on the register"),
        ("open", "merge", "merged", "one of the two systems is merged into the other"),
        ("open", "clear", "clearing", "it is to go"),
        ("open", "dismiss", "dismissed", "it is none"),
        ("open", "vanish", "vanished", "a later look shows it no longer"),
        ("open", "finish", "cleared", "it was put by as drift"),
        ("clearing", "finish", "cleared", "a later look shows it no longer"),
        ("clearing", "give_up", "open", "it is there all the same"),
        ("registered", "return", "open", "it belongs to no system again"),
        ("merged", "return", "open", "both systems stand on the register again"),
        ("cleared", "return", "open", "it is there again"),
        ("dismissed", "return", "open", "the decision was until a day, or was on something else"),
        ("vanished", "return", "open", "it is so again"),
    ),
)

WASTE = Machine(
    noun="proposal",
    states={
        "open": "Proposed to its owner.",
        "accepted": "Accepted: an order, or the operators, carry it out.",
        "done": "Carried out.",
        "declined": "The owner needs it, with a reason, until a day.",
        "vanished": "No longer so.",
    },
    table=table(
        ("open", "accept", "accepted", "its owner agrees"),
        ("open", "decline", "declined", "its owner needs it"),
        ("open", "vanish", "vanished", "it is no longer so"),
        ("accepted", "finish", "done", "it was carried out"),
        ("accepted", "give_up", "open", "its order came to nothing, and it is still so"),
        ("accepted", "vanish", "vanished", "its order came to nothing, and it is no longer so"),
        ("declined", "return", "open", "the day has passed, and it is still so"),
        ("vanished", "return", "open", "it is so again"),
        ("done", "return", "open", "it is so again"),
    ),
)
