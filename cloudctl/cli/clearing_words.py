"""Words of campaigns and cases as people say them: states and outcomes, and the titles of columns."""

from __future__ import annotations

from cloudctl.cli.labels import label
from cloudctl.cli.words import _
from cloudctl.messages import mark

# Columns that no option asks for.
SHOWN: dict[str, str] = {
    "taken": mark("Taken on"),
    "clearings": mark("Cases"),
    "clearings_open": mark("Cases open"),
    "campaign": mark("Campaign"),
    "cause": mark("Why it stands there"),
    "starter": mark("Started by"),
    "thrown_at": mark("Thrown"),
    "asking": mark("Why to lift it"),
    "lifted_at": mark("Lifted"),
    "close_line": mark("Close-out line"),
    "file": mark("File"),
    "wakes_on": mark("Put off until"),
    "kept_until": mark("Kept until"),
    "quarantined_at": mark("Switched off"),
    "quarantined_until": mark("In quarantine until"),
    "backed_up_at": mark("Backed up"),
    "tested_at": mark("Restored as a test"),
    "confirmed": mark("Confirmed"),
    "deleted_at": mark("Deleted"),
    "backup_until": mark("Backup kept until"),
    "close_out": mark("Close-out number"),
}

SAID: dict[str, str] = {
    "nominated": mark("nominated"),
    "notified": mark("owner asked"),
    "transferred": mark("passed on"),
    "snoozed": mark("put off"),
    "due": mark("not answered"),
    "released": mark("released"),
    "quarantined": mark("in quarantine"),
    "backed_up": mark("backed up"),
    "restore_tested": mark("restore tested"),
    "deletion_proposed": mark("deletion proposed"),
    "deletion_confirmed": mark("deletion confirmed"),
    "deleted": mark("deleted"),
    "kept": mark("kept"),
    "restoring": mark("being brought back"),
    "restored": mark("brought back"),
    "dismissed": mark("dismissed"),
    "held": mark("held"),
    "attention": mark("needs a person"),
    "finished": mark("finished"),
    "thrown": mark("on"),
    "lift_asked": mark("on, to be lifted"),
    "lifted": mark("lifted"),
    "number": mark("number"),
    "file": mark("file"),
    "not_applicable": mark("not applicable"),
}


def said(word: str) -> str:
    """A code word of a campaign or case as people say it."""
    return _(SAID[word]) if word in SAID else label(word)
