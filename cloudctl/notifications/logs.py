"""Notices where no mail server is configured: a line in the log each, so that nothing waits for ever."""

from __future__ import annotations

import logging

from cloudctl.domain.notices import Notice

log = logging.getLogger(__name__)


class LogNotifier:
    """Writes that there was something to tell; the text itself stays in the database."""

    def deliver(self, notice: Notice) -> None:
        """Never fails."""
        log.info("notice %s (%s) to %s: no mail server is configured", notice.id, notice.template, notice.recipient)
