"""A mail server on a free port of the loopback that keeps what it is sent.

with serving() as mailbox:
    Installation(home, smtp__host="127.0.0.1", smtp__port=mailbox.port)
    ...
    mail = until(lambda: mailbox.find("head@example.org", "sign-off"))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


@dataclass
class Mailbox:
    """What came; `port` is where the server listens."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def find(self, recipient: str, *words: str) -> EmailMessage | None:
        """The first mail to `recipient` whose subject has all the words."""
        return next(
            (mail for mail in self.mails if mail["To"] == recipient and all(w in mail["Subject"] for w in words)), None
        )


class _AnyPort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving() -> Iterator[Mailbox]:
    """A mailbox while the server is up."""
    mailbox = Mailbox()
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
