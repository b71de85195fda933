"""`cloudctl notices`: the outbox."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

NOTICES = Noun(
    "notices",
    columns=("created_at", "recipient", "template", "state", "attempts", "sent_at", "last_error"),
    filters=("state", "recipient", "order_id"),
    single=False,
)

notices = NOTICES.group(_("Messages to people, sent and waiting."))
