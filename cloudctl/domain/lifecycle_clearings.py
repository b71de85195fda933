"""The state machines of clearing zombie systems: a campaign, and one system's case in it."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, Transition, table

CAMPAIGNS = Machine(
    noun="campaign",
    states={
        "running": "Its cases go on by its policy.",
        "stopped": "Stopped by a person: its cases are held at their next step.",
        "finished": "Each of its cases has ended.",
    },
    table=table(
        ("running", "stop", "stopped", "somebody stops it"),
        ("running", "finish", "finished", "its last case has ended"),
        ("stopped", "resume", "running", "somebody else lets it go on"),
        ("stopped", "finish", "finished", "its last case has ended"),
    ),
)

STOPS = Machine(
    noun="stop",
    states={
        "thrown": "The kill switch is on: no campaign takes a step.",
        "lift_asked": "Somebody asks to lift it; it is still on.",
        "lifted": "Lifted by a second person.",
    },
    table=table(
        ("thrown", "ask", "lift_asked", "somebody asks to lift it"),
        ("lift_asked", "lift", "lifted", "a second person lifts it"),
        ("lift_asked", "keep", "thrown", "it stays on"),
    ),
)

ASKING = ("nominated", "notified", "transferred", "snoozed", "due", "released")
"""Nothing was switched off yet."""
OFF = ("quarantined", "backed_up", "restore_tested", "deletion_proposed", "deletion_confirmed")
"""Switched off, and restorable with one command."""
PAUSABLE = (*ASKING, *OFF, "deleting")
"""What can be held, or parked for a person, and goes on where it was."""


def _pauses() -> tuple[Transition, ...]:
    lines = []
    for state in PAUSABLE:
        lines += [
            (state, "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
            ("held", f"resume_{state}", state, "nothing holds it any more: it goes on where it was"),
            (state, "park", "attention", "something is not as it should be, and a person has to look"),
            ("attention", f"resume_{state}", state, "a person has looked and lets it go on where it was"),
        ]
    return table(*lines)


CLEARINGS = Machine(
    noun="clearing",
    states={
        "nominated": "A campaign has taken the system on; its owner will be told.",
        "notified": "The owner was told, and has until the day named to answer.",
        "transferred": "The owner named another department, which will be told, with a clock of its own.",
        "snoozed": "The owner asked for time; nothing runs out before the day named.",
        "due": "Nobody answered in time; it is quarantined once it was idle for long enough.",
        "released": "The owner needs it no longer; it can be quarantined now.",
        "quarantined": "Switched off and cut from the network; one command brings it back.",
        "backed_up": "Backed up, with checksums; the restore is to be tested.",
        "restore_tested": "Its backup was restored as a test, and came up.",
        "deletion_proposed": "Somebody proposes the deletion; waits for a second person.",
        "deletion_confirmed": "Two persons want it deleted; nothing was deleted yet.",
        "deleting": "Being deleted from the cloud: there is no way back but the backup.",
        "deleted": "Gone from the cloud; the backup is kept, the close-out lines are owed.",
        "closed": "Closed on record (销号), with its certificate.",
        "kept": "The owner needs it until the day named.",
        "restoring": "Being brought back.",
        "restored": "Brought back as it was.",
        "dismissed": "Dismissed: it is in use after all, or was called off.",
        "held": "Held by the kill switch, a freeze window or a stopped campaign.",
        "attention": "Waits for a person: something is not as it should be.",
    },
    table=(
        *table(
            ("nominated", "notify", "notified", "the owner was told"),
            ("transferred", "notify", "notified", "the department that was named was told"),
            *((state, "keep", "kept", "the owner needs it, with a reason and until a day")
              for state in ("notified", "snoozed", "due", "released")),
            *((state, "release", "released", "the owner needs it no longer")
              for state in ("notified", "snoozed", "due")),
            *((state, "transfer", "transferred", "the owner names the department that it belongs to")
              for state in ("notified", "snoozed", "due")),
            ("notified", "snooze", "snoozed", "the owner asks for time"),
            ("snoozed", "wake", "notified", "the time asked for is over"),
            ("notified", "lapse", "due", "the day to answer is over"),
            ("due", "quarantine", "quarantined", "everything of it is off and cut from the network"),
            ("released", "quarantine", "quarantined", "everything of it is off and cut from the network"),
            ("quarantined", "back_up", "backed_up", "the backup is in the file store, with its checksums"),
            ("backed_up", "test_restore", "restore_tested", "a test restore came up"),
            ("restore_tested", "propose", "deletion_proposed", "somebody proposes the deletion"),
            ("deletion_proposed", "take_back", "restore_tested", "the proposal was taken back, or turned down"),
            ("deletion_proposed", "confirm", "deletion_confirmed", "a second person confirms"),
            ("deletion_confirmed", "begin_deletion", "deleting", "the backup was verified once more"),
            ("deleting", "delete", "deleted", "the cloud confirms that everything is gone"),
            ("deleted", "close", "closed", "every close-out line is filled"),
            *((state, "dismiss", "dismissed", "use has returned, or it was called off")
              for state in (*ASKING, "held", "attention")),
            *((state, "restore", "restoring", "it is to be brought back")
              for state in ("due", "released", *OFF, "held", "attention")),
            ("restoring", "finish_restore", "restored", "it runs as before"),
            ("restoring", "finish_dismissal", "dismissed", "it runs as before, because use has returned"),
            ("restoring", "park", "attention", "it could not be brought back by itself"),
            ("attention", "resume_restoring", "restoring", "a person has looked and lets it go on where it was"),
        ),
        *_pauses(),
    ),
)  # fmt: skip

ENDED = CLEARINGS.final
"""closed, kept, restored, dismissed."""
