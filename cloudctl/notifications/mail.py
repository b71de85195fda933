"""Notices by mail.

notifier = Mail(MailSettings(host="mail.example.gov.cn", sender="cloud@example.gov.cn"))

A mail's Message-ID is the notice's own: when the server took a mail and the answer was lost, the repeat is
recognised as the same message. Retrying is the outbox's business; one call is one attempt.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.notices import Notice
from cloudctl.notifications.templates import render


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The mail server. `starttls` demands it; `ca_file` names the certificates to trust beside the system's own."""

    host: str
    port: int = 25
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    ca_file: str | None = None
    timeout_s: float = 15.0

    def __post_init__(self) -> None:
        if "@" not in parseaddr(self.sender)[1]:
            raise ConfigurationError("The mail sender {sender!r} is not an address.", sender=self.sender)
        if self.username and not self.starttls:
            raise ConfigurationError("A login at the mail server needs STARTTLS: the password would go in clear.")


class Mail:
    """Renders a notice and hands it to the mail server; holds no connection between notices."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context() if settings.starttls else None
        if self._tls and settings.ca_file:
            self._tls.load_verify_locations(settings.ca_file)

    def deliver(self, notice: Notice) -> None:
        """Raises OSError with the server's words when it did not take the mail (smtplib's errors are OSErrors)."""
        try:
            message = self._message(notice)
        except (LookupError, ValueError, MessageError) as error:  # an unknown template, or no address
            raise smtplib.SMTPException(f"The notice cannot be made a mail: {error}") from error
        with self._connected() as server:
            server.send_message(message)

    def _message(self, notice: Notice) -> EmailMessage:
        sender = self._settings.sender
        subject, body = render(notice.template, notice.params)
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = notice.recipient
        message["Subject"] = subject
        message["Date"] = format_datetime(notice.created_at)
        message["Message-ID"] = f"<{notice.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body, cte="base64")
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        with smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s) as server:
            if self._tls:
                server.starttls(context=self._tls)
            if settings.username:
                server.login(settings.username, settings.password or "")
            yield server
