"""The state machines of moving to the platform: what becomes of a system, the waves, the moves and their steps."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

ASSESSMENTS = Machine(
    noun="assessment",
    states={
        "proposed": "The rules have proposed a verdict, or have none; waits for a person.",
        "decided": "A person has decided.",
        "due": "The postponement has ended: it is to be decided anew.",
    },
    table=table(
        ("proposed", "propose", "proposed", "the rules look again"),
        ("proposed", "decide", "decided", "a person decides"),
        ("decided", "decide", "decided", "a person decides otherwise"),
        ("decided", "lapse", "due", "the day up to which it was postponed is over"),
        ("due", "propose", "due", "the rules look again"),
        ("due", "decide", "decided", "a person decides"),
    ),
)

WAVES = Machine(
    noun="wave",
    states={
        "planned": "Its days are to come; a new plan may change it.",
        "running": "Under way: no plan changes what has begun in it.",
        "done": "Everything in it has arrived.",
    },
    table=table(
        ("planned", "begin", "running", "its first day has come"),
        ("running", "finish", "done", "its last system has arrived, or was taken out"),
    ),
)

MOVES = Machine(
    noun="move",
    states={
        "planned": "It has its place in a wave.",
        "blocked": "It has no wave; the reason says what is in the way.",
        "running": "Its first step is done.",
        "done": "Its last step is done: it is said to run on the platform.",
        "withdrawn": "It does not move: it was decided otherwise.",
    },
    table=table(
        ("planned", "place", "planned", "a new plan gives it a place"),
        ("planned", "block", "blocked", "a new plan has no wave for it"),
        ("planned", "begin", "running", "its first step is done"),
        ("planned", "withdraw", "withdrawn", "it was decided otherwise"),
        ("blocked", "place", "planned", "a new plan gives it a place"),
        ("blocked", "block", "blocked", "a new plan has no wave for it either"),
        ("blocked", "withdraw", "withdrawn", "it was decided otherwise"),
        ("running", "arrive", "done", "its last step is done"),
        ("running", "withdraw", "withdrawn", "it was called off"),
        ("withdrawn", "place", "planned", "it is to move after all"),
        ("withdrawn", "block", "blocked", "it is to move after all, and has no wave"),
    ),
)

STEPS = Machine(
    noun="step",
    states={
        "waiting": "Not done.",
        "held": "Its owner has said what keeps it from being done.",
        "done": "Done; by whom is on record.",
    },
    table=table(
        ("waiting", "complete", "done", "its owner has done it"),
        ("waiting", "hold", "held", "its owner says what is in the way"),
        ("held", "hold", "held", "something else is in the way"),
        ("held", "resume", "waiting", "nothing is in the way any more"),
        ("held", "complete", "done", "its owner has done it after all"),
    ),
)
