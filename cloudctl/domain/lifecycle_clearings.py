"""The state machines of clearing zombie systems: a campaign, and one system's case in it."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

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


PAUSES = table(
    ("nominated", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("notified", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("transferred", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("snoozed", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("due", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("released", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("quarantined", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("backed_up", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("restore_tested", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("deletion_proposed", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("deletion_confirmed", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("deleting", "hold", "held", "the kill switch, a freeze window or a stopped campaign holds it"),
    ("held", "resume_nominated", "nominated", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_notified", "notified", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_transferred", "transferred", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_snoozed", "snoozed", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_due", "due", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_released", "released", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_quarantined", "quarantined", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_backed_up", "backed_up", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_restore_tested", "restore_tested", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_deletion_proposed", "deletion_proposed", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_deletion_confirmed", "deletion_confirmed", "nothing holds it any more: it goes on where it was"),
    ("held", "resume_deleting", "deleting", "nothing holds it any more: it goes on where it was"),
    ("nominated", "park", "attention", "something is not as it should be: a person has to look"),
    ("notified", "park", "attention", "something is not as it should be: a person has to look"),
    ("transferred", "park", "attention", "something is not as it should be: a person has to look"),
    ("snoozed", "park", "attention", "something is not as it should be: a person has to look"),
    ("due", "park", "attention", "something is not as it should be: a person has to look"),
    ("released", "park", "attention", "something is not as it should be: a person has to look"),
    ("quarantined", "park", "attention", "something is not as it should be: a person has to look"),
    ("backed_up", "park", "attention", "something is not as it should be: a person has to look"),
    ("restore_tested", "park", "attention", "something is not as it should be: a person has to look"),
    ("deletion_proposed", "park", "attention", "something is not as it should be: a person has to look"),
    ("deletion_confirmed", "park", "attention", "something is not as it should be: a person has to look"),
    ("deleting", "park", "attention", "something is not as it should be: a person has to look"),
    ("restoring", "park", "attention", "it could not be brought back by itself"),
    ("attention", "resume_nominated", "nominated", "a person has looked: it goes on where it was"),
    ("attention", "resume_notified", "notified", "a person has looked: it goes on where it was"),
    ("attention", "resume_transferred", "transferred", "a person has looked: it goes on where it was"),
    ("attention", "resume_snoozed", "snoozed", "a person has looked: it goes on where it was"),
    ("attention", "resume_due", "due", "a person has looked: it goes on where it was"),
    ("attention", "resume_released", "released", "a person has looked: it goes on where it was"),
    ("attention", "resume_quarantined", "quarantined", "a person has looked: it goes on where it was"),
    ("attention", "resume_backed_up", "backed_up", "a person has looked: it goes on where it was"),
    ("attention", "resume_restore_tested", "restore_tested", "a person has looked: it goes on where it was"),
    ("attention", "resume_deletion_proposed", "deletion_proposed", "a person has looked: it goes on where it was"),
    ("attention", "resume_deletion_confirmed", "deletion_confirmed", "a person has looked: it goes on where it was"),
    ("attention", "resume_deleting", "deleting", "a person has looked: it goes on where it was"),
    ("attention", "resume_restoring", "restoring", "a person has looked: it goes on where it was"),
)  # fmt: skip
"""What holds a case or has it wait for a person, and how it goes on where it was."""


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
            ("notified", "keep", "kept", "the owner needs it, with a reason and until a day"),
            ("snoozed", "keep", "kept", "the owner needs it, with a reason and until a day"),
            ("due", "keep", "kept", "the owner needs it, with a reason and until a day"),
            ("released", "keep", "kept", "the owner needs it, with a reason and until a day"),
            ("notified", "release", "released", "the owner needs it no longer"),
            ("snoozed", "release", "released", "the owner needs it no longer"),
            ("due", "release", "released", "the owner needs it no longer"),
            ("notified", "transfer", "transferred", "the owner names the department that it belongs to"),
            ("snoozed", "transfer", "transferred", "the owner names the department that it belongs to"),
            ("due", "transfer", "transferred", "the owner names the department that it belongs to"),
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
            ("nominated", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("notified", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("transferred", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("snoozed", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("due", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("released", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("held", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("attention", "dismiss", "dismissed", "use has returned, or it was called off"),
            ("due", "restore", "restoring", "it is to be brought back"),
            ("released", "restore", "restoring", "it is to be brought back"),
            ("quarantined", "restore", "restoring", "it is to be brought back"),
            ("backed_up", "restore", "restoring", "it is to be brought back"),
            ("restore_tested", "restore", "restoring", "it is to be brought back"),
            ("deletion_proposed", "restore", "restoring", "it is to be brought back"),
            ("deletion_confirmed", "restore", "restoring", "it is to be brought back"),
            ("held", "restore", "restoring", "it is to be brought back"),
            ("attention", "restore", "restoring", "it is to be brought back"),
            ("restoring", "finish_restore", "restored", "it runs as before"),
            ("restoring", "finish_dismissal", "dismissed", "it runs as before, because use has returned"),
        ),
        *PAUSES,
    ),
)  # fmt: skip

ENDED = CLEARINGS.final
"""closed, kept, restored, dismissed."""
