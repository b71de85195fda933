"""Notices where no mail server is configured: a line in the log each, so that nothing waits for ever."""

from __future__ import annotations

import logging

from cloudctl.domain.notices import Message

log = logging.getLogger(__name__)


class Log:
    """Writes that there was something to tell; the text itself stays in the database."""

    kind = "log"

    def deliver(self, message: Message) -> None:
        """Never fails."""
        log.info("notice %s (%s) to %s: no mail server is configured", message.id, message.template, message.recipient)
