"""The state machines of applications on the platform, of what is done to them, and of their backups."""

from __future__ import annotations

from cloudctl.domain.machines import Machine, table

CHANGING = ("upgrading", "rolling_back", "backing_up", "proving", "forgetting", "moving", "scaling", "renewing")
BUSY = ("deploying", *CHANGING, "restoring", "retiring")
"""A saga is at work on it; nothing else is begun."""
SERVING = ("running", *CHANGING)
"""Its department may expect it to answer."""
OPEN = ("asked", "planned", "waiting", *BUSY, "running", "attention")
"""On record and not ended: it has its code, its name and its place."""


ACTS_OF = table(
    ("running", "upgrade", "upgrading", "it is brought to another release"),
    ("upgrading", "abandon", "running", "it could not be done, and nothing was changed"),
    ("upgrading", "park", "attention", "it could not be done, and a person has to look"),
    ("upgrading", "finish", "running", "it is done, and its checks answer"),
    ("running", "roll_back", "rolling_back", "it is brought back to the release before"),
    ("rolling_back", "abandon", "running", "it could not be done, and nothing was changed"),
    ("rolling_back", "park", "attention", "it could not be done, and a person has to look"),
    ("rolling_back", "finish", "running", "it is done, and its checks answer"),
    ("attention", "roll_back", "rolling_back", "a person has looked: it is brought back to the release before"),
    ("running", "back_up", "backing_up", "it is backed up"),
    ("backing_up", "abandon", "running", "it could not be done, and nothing was changed"),
    ("backing_up", "park", "attention", "it could not be done, and a person has to look"),
    ("backing_up", "finish", "running", "it is done, and its checks answer"),
    ("running", "prove", "proving", "a backup of it is restored as a test, beside it"),
    ("proving", "abandon", "running", "the backup failed the test, or it could not be done"),
    ("proving", "finish", "running", "the test instance answered, and is taken away"),
    ("running", "forget", "forgetting", "backups whose time is over are taken out of the store"),
    ("forgetting", "abandon", "running", "they could not be taken out"),
    ("forgetting", "finish", "running", "they are out of the store"),
    ("running", "restore", "restoring", "a backup of it is put back"),
    ("restoring", "abandon", "running", "it could not be done, and nothing was changed"),
    ("restoring", "park", "attention", "it could not be done, and a person has to look"),
    ("restoring", "finish", "running", "it is done, and its checks answer"),
    ("attention", "restore", "restoring", "a person has looked: a backup of it is put back"),
    ("running", "move", "moving", "it goes to another host"),
    ("moving", "abandon", "running", "it could not be done, and nothing was changed"),
    ("moving", "park", "attention", "it could not be done, and a person has to look"),
    ("moving", "finish", "running", "it is done, and its checks answer"),
    ("running", "scale", "scaling", "it comes to stand on more hosts, or on fewer"),
    ("scaling", "abandon", "running", "it could not be done, and nothing was changed"),
    ("scaling", "park", "attention", "it could not be done, and a person has to look"),
    ("scaling", "finish", "running", "it is done, and its checks answer"),
    ("running", "renew", "renewing", "it gets another certificate"),
    ("renewing", "abandon", "running", "it could not be done, and nothing was changed"),
    ("renewing", "park", "attention", "it could not be done, and a person has to look"),
    ("renewing", "finish", "running", "it is done, and its checks answer"),
    ("attention", "renew", "renewing", "a person has looked: it gets another certificate"),
    ("running", "retire", "retiring", "it is taken down, after a last backup"),
    ("retiring", "abandon", "running", "it could not be done, and nothing was changed"),
    ("retiring", "park", "attention", "it could not be done, and a person has to look"),
    ("attention", "retire", "retiring", "a person has looked: it is taken down, after a last backup"),
)
"""What is done to one that runs: each act is begun, and ends well, or before it changed anything, or parked."""


APPS = Machine(
    noun="app",
    states={
        "asked": "A policy asks for the office's approval; nothing was deployed.",
        "planned": "Its deployment is queued and has touched no host.",
        "waiting": "No host has room for it, or its order is not delivered; it goes on by itself.",
        "deploying": "It is being put on its host.",
        "running": "It is deployed, and its checks answered when it was looked at last by a saga.",
        "upgrading": "A backup is taken, then it is brought to another release.",
        "rolling_back": "It is brought back to the release before.",
        "backing_up": "It is being backed up.",
        "proving": "A backup of it is being restored as a test, into an instance beside it.",
        "forgetting": "Backups whose time is over are being taken out of the store.",
        "restoring": "A backup is being put back.",
        "moving": "It is being put on another host; it serves from where it is until that one answers.",
        "scaling": "It comes to stand on more hosts, or on fewer; it serves from where it is until the others answer.",
        "renewing": "It gets another certificate before the one that it has ends.",
        "retiring": "It is backed up and taken down.",
        "retired": "It is taken down; its backups are kept for their time.",
        "attention": "Something is not as it should be: what stands and what does not is on record.",
        "failed": "It could not be deployed and was undone: nothing of it stands.",
    },
    table=(
        *table(
            ("asked", "approve", "planned", "the office approves it"),
            ("asked", "reject", "failed", "the office does not approve it"),
            ("asked", "withdraw", "retired", "it is withdrawn before anything was done"),
            ("planned", "wait", "waiting", "it has no host yet"),
            ("planned", "begin", "deploying", "it has its host"),
            ("planned", "fail", "failed", "it cannot be deployed at all"),
            ("planned", "withdraw", "retired", "it is withdrawn before anything was done"),
            ("waiting", "try", "planned", "there may be a host for it now"),
            ("waiting", "withdraw", "retired", "it is withdrawn before anything was done"),
            ("deploying", "finish", "running", "it is deployed, and its checks answer"),
            ("deploying", "fail", "failed", "it could not be deployed, and was undone"),
            ("deploying", "park", "attention", "it could not be deployed nor undone: a person has to look"),
            ("failed", "try", "planned", "it is deployed anew"),
            ("failed", "withdraw", "retired", "it is given up"),
            ("attention", "try", "planned", "it is deployed anew, over what stands"),
            ("attention", "settle", "running", "a person has looked, and its checks answer"),
            ("upgrading", "roll_back", "rolling_back", "it does not answer after the upgrade"),
            ("retiring", "finish", "retired", "it is taken down"),
        ),
        *ACTS_OF,
    ),
)

ACTS = Machine(
    noun="app_act",
    states={
        "queued": "It waits for its turn.",
        "running": "A saga is at work.",
        "done": "It is done.",
        "undone": "It could not be done, and nothing of it is left.",
        "rolled_back": "The upgrade did not answer its checks: the release before runs again.",
        "parked": "It stopped where a person has to look.",
    },
    table=table(
        ("queued", "begin", "running", "its saga begins"),
        ("queued", "undo", "undone", "it was withdrawn, or cannot be done"),
        ("queued", "park", "parked", "its saga could not begin"),
        ("running", "finish", "done", "everything is done"),
        ("running", "undo", "undone", "it could not be done, and was undone"),
        ("running", "roll_back", "rolled_back", "its checks did not answer, and it was rolled back"),
        ("running", "park", "parked", "it could not be done nor undone"),
    ),
)

APP_BACKUPS = Machine(
    noun="app_backup",
    states={
        "kept": "It is in the store.",
        "verified": "It was restored as a test, and answered.",
        "broken": "It could not be restored as a test.",
        "purged": "Its time is over, and it is no longer in the store.",
    },
    table=table(
        ("kept", "verify", "verified", "a test restore answered"),
        ("kept", "break", "broken", "a test restore did not answer"),
        ("verified", "verify", "verified", "another test restore answered"),
        ("verified", "break", "broken", "another test restore did not answer"),
        ("broken", "verify", "verified", "a later test restore answered"),
        ("broken", "break", "broken", "a later test restore did not answer either"),
        ("kept", "purge", "purged", "its time is over"),
        ("verified", "purge", "purged", "its time is over"),
        ("broken", "purge", "purged", "its time is over"),
    ),
)
