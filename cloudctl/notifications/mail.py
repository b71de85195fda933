"""Notices by mail.

notifier = Mail(MailSettings(host="mail.example.gov.cn", sender="cloud@example.gov.cn"))

A mail's Message-ID is the notice's own: when the server took a mail and the answer was lost, the repeat is
recognised as the same message. (That is why mail does not go through the library of `messengers`, which makes a new id
at each attempt.) Retrying is the outbox's business; one call is one attempt.
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
from cloudctl.domain.notices import Message
from cloudctl.notifications.templates import own_first, render
from cloudctl.ports.notifier import ChannelDown, Unsendable

_CLOSING = 421


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
    """Renders a message and hands it to the mail server; holds no connection between messages."""

    kind = "mail"

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context() if settings.starttls else None
        if self._tls and settings.ca_file:
            self._tls.load_verify_locations(settings.ca_file)

    def deliver(self, message: Message) -> None:
        """Raises smtplib's errors, which are OSErrors, when the server answered that it does not take this mail."""
        try:
            mail = self._mail(message)
        except (LookupError, ValueError, MessageError) as error:  # an unknown template, or no address
            raise Unsendable(f"The notice cannot be made a mail: {error}") from error
        try:
            with self._connected() as server:
                server.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            if getattr(error, "smtp_code", None) == _CLOSING:
                raise ChannelDown(str(error)) from error
            raise
        except OSError as error:
            raise ChannelDown(str(error)) from error

    def _mail(self, notice: Message) -> EmailMessage:
        sender = self._settings.sender
        subject, body = render(notice.template, notice.params, own_first(notice.locale), notice.parts)
        if not parseaddr(notice.recipient)[1]:
            raise ValueError("there is no address")
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
