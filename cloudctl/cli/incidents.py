"""`cloudctl incidents`: what does not answer, since when, and what is over; opened and closed by themselves."""

from __future__ import annotations

from cloudctl.cli.check_words import said
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.nouns import Noun, Row
from cloudctl.cli.words import _


def _shown(row: Row) -> Row:
    return {
        **row, "state": said(row["state"]), "cause": said(row["cause"]), "failed_checks": row["checks"],
        "what_was_seen": in_my_language(row["words"]),
    }  # fmt: skip


INCIDENTS = Noun(
    "incidents",
    columns=("app", "cause", "state", "what_was_seen", "failed_checks", "begun_at", "opened_at", "closed_at"),
    filters=("app", "department_id", "state"),
    single=False,
    shown=_shown,
)
incidents = INCIDENTS.group(_("Applications that do not answer: list."))
