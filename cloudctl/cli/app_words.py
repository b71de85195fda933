"""Words of applications as people say them: states, acts, and the titles of columns."""

from __future__ import annotations

from cloudctl.cli.labels import label
from cloudctl.cli.words import _
from cloudctl.messages import mark

# Columns that no option asks for.
SHOWN: dict[str, str] = {
    "blueprint": mark("Blueprint"),
    "release": mark("Release"),
    "wanted": mark("Wanted"),
    "previous_release": mark("Release before"),
    "instances": mark("Instances"),
    "own": mark("Own servers"),
    "exposed": mark("On the Internet"),
    "app_owner": mark("Answers for it"),
    "stands": mark("What stands"),
    "certificate_until": mark("Certificate until"),
    "running_since": mark("Running since"),
    "act": mark("Act"),
    "from_release": mark("From release"),
    "to_release": mark("To release"),
    "snapshot": mark("Snapshot"),
    "cause_of_backup": mark("Taken for"),
    "verified_at": mark("Restored as a test"),
    "last_test": mark("Last test restore"),
    "newest_release": mark("Newest release"),
    "on_internet": mark("For the Internet"),
    "promised": mark("Promised (%)"),
    "price_fen_month": mark("Price (fen a month)"),
    "new_app": mark("New"),
    "note": mark("Note"),
    "parameter": mark("Parameter"),
    "app": mark("Application"),
}

SAID: dict[str, str] = {
    "asked": mark("waits for approval"),
    "planned": mark("in the queue"),
    "waiting": mark("waits for a host"),
    "deploying": mark("being deployed"),
    "running": mark("running"),
    "upgrading": mark("being upgraded"),
    "rolling_back": mark("being rolled back"),
    "backing_up": mark("being backed up"),
    "restoring": mark("being restored"),
    "proving": mark("a backup is being tested"),
    "forgetting": mark("old backups are being cleared"),
    "moving": mark("being moved"),
    "scaling": mark("number of hosts being changed"),
    "renewing": mark("certificate being renewed"),
    "retiring": mark("being retired"),
    "retired": mark("retired"),
    "attention": mark("needs a person"),
    "failed": mark("failed, nothing stands"),
    "done": mark("done"),
    "undone": mark("undone"),
    "rolled_back": mark("rolled back"),
    "parked": mark("needs a person"),
    "queued": mark("in the queue"),
    "kept": mark("kept"),
    "verified": mark("restored as a test"),
    "broken": mark("cannot be restored"),
    "purged": mark("no longer kept"),
    "deploy": mark("deployment"),
    "upgrade": mark("upgrade"),
    "roll_back": mark("roll-back"),
    "back_up": mark("backup"),
    "restore": mark("restore"),
    "prove": mark("test restore"),
    "forget": mark("clearing of old backups"),
    "move": mark("move"),
    "renew": mark("certificate"),
    "scale": mark("number of hosts"),
    "retire": mark("retirement"),
    "schedule": mark("schedule"),
}


def said(word: str) -> str:
    """A state, an act or a cause, in the reader's language."""
    return _(SAID[word]) if word in SAID else label(word)
