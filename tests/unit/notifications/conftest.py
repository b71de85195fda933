from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloudctl.domain.notices import Message

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
NOTICE = UUID("01900000-0000-7000-8000-00000000000a")
LOGIN, PASSWORD = b"cloud", b"a password"


class Mailbox:
    """What the server took, and what it is to answer next."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.greylisting = 0
        self.hang_up_after_data = False
        self.encrypted: list[bool] = []
        self.logins: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if self.greylisting:
            self.greylisting -= 1
            return "450 4.2.0 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        self.encrypted.append(session.ssl is not None)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.hang_up_after_data:  # it has the mail, and the sender never hears of it
            server.transport.abort()
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (LOGIN, PASSWORD)
        self.logins.append(data.login)
        return AuthResult(success=good, handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


class AnyPort(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def serving(mailbox: Mailbox, **settings: Any) -> Iterator[int]:
    """A mail server on a free port of the loopback; gives the port."""
    controller = AnyPort(mailbox, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    yield from serving(mailbox)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail of the test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    return path


@pytest.fixture
def tls_port(mailbox: Mailbox, certificate: Path) -> Iterator[int]:
    """A server that wants STARTTLS and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    yield from serving(
        mailbox, tls_context=context, require_starttls=True, auth_required=True, authenticator=mailbox.authenticate
    )


@pytest.fixture
def notice() -> Callable[..., Message]:
    def made(**changes: Any) -> Message:
        plain = {
            "id": NOTICE,
            "channel": "mail",
            "name": "李梅",
            "locale": "zh_CN",
            "recipient": "li@fgw.example.gov.cn",
            "template": "order_returned",
            "params": {"number": "2026-000017", "title": "公文流转系统", "reason": "缺少立项批复"},
            "created_at": NOW,
        }
        return Message(**{**plain, **changes})

    return made
