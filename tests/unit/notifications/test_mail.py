"""Mail against a real SMTP server on the loopback."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.notices import Message
from cloudctl.notifications.mail import Mail, MailSettings
from cloudctl.notifications.post import Carrier
from cloudctl.ports.notifier import ChannelDown, Unsendable
from tests.unit.notifications.conftest import LOGIN, NOTICE, NOW, PASSWORD, Mailbox

Make = Callable[..., Message]
SENDER = "政务云 <cloud@office.example.gov.cn>"


def mail(port: int, **changes: object) -> Mail:
    return Mail(MailSettings(**{"host": "127.0.0.1", "port": port, "sender": SENDER, "timeout_s": 5.0, **changes}))


def test_a_delivered_mail_has_both_languages(mailbox: Mailbox, port: int, notice: Make) -> None:
    notifier: Carrier = mail(port)
    notifier.deliver(notice())
    (got,) = mailbox.mails
    assert got["To"] == "li@fgw.example.gov.cn"
    assert got["From"] == SENDER
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Date"].datetime == NOW
    assert got.get_content_charset() == "utf-8"
    chinese, _, english = got.get_content().replace("\r\n", "\n").partition("\n" + "-" * 40 + "\n")
    assert "申请单2026-000017" in chinese
    assert "原因：缺少立项批复" in chinese
    assert "Order 2026-000017, “公文流转系统”, was sent back." in english
    assert "Reason: 缺少立项批复" in english
    assert got["Subject"] == "申请单2026-000017已退回补正 / Order 2026-000017 was returned for correction"


def test_a_temporary_refusal_is_an_error_and_the_repeat_is_the_same_message(
    mailbox: Mailbox, port: int, notice: Make
) -> None:
    mailbox.answers = ["451 4.3.0 try again later"]
    notifier = mail(port)
    with pytest.raises(OSError, match="try again later") as raised:
        notifier.deliver(notice())
    assert isinstance(raised.value, smtplib.SMTPDataError)
    assert mailbox.mails == []
    notifier.deliver(notice())
    notifier.deliver(notice())
    assert [got["Message-ID"] for got in mailbox.mails] == [f"<{NOTICE}@office.example.gov.cn>"] * 2
    assert mailbox.mails[0].as_bytes() == mailbox.mails[1].as_bytes()


def test_a_refused_recipient_is_an_error_in_the_servers_words(mailbox: Mailbox, port: int, notice: Make) -> None:
    with pytest.raises(OSError, match="no such mailbox"):
        mail(port).deliver(notice(recipient="nobody@fgw.example.gov.cn"))
    assert mailbox.mails == []


def test_a_refused_message_is_an_error(mailbox: Mailbox, port: int, notice: Make) -> None:
    mailbox.answers = ["554 5.7.1 refused for good"]
    with pytest.raises(OSError, match="refused for good"):
        mail(port).deliver(notice())


def test_a_grey_listing_server_is_about_the_mail_not_the_channel(mailbox: Mailbox, port: int, notice: Make) -> None:
    mailbox.greylisting = 1
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="greylisted"):
        mail(port).deliver(notice())
    mail(port).deliver(notice())
    assert len(mailbox.mails) == 1


def test_a_server_that_closes_down_is_a_channel_that_is_down(mailbox: Mailbox, port: int, notice: Make) -> None:
    mailbox.answers = ["421 4.3.2 shutting down"]
    with pytest.raises(ChannelDown, match="shutting down"):
        mail(port).deliver(notice())


def test_a_line_that_drops_after_the_data_leads_to_the_same_message_again(
    mailbox: Mailbox, port: int, notice: Make
) -> None:
    mailbox.hang_up_after_data = True
    with pytest.raises(ChannelDown):
        mail(port).deliver(notice())
    mailbox.hang_up_after_data = False
    mail(port).deliver(notice())
    assert [got["Message-ID"] for got in mailbox.mails] == [f"<{NOTICE}@office.example.gov.cn>"] * 2


def test_the_readers_language_stands_first(mailbox: Mailbox, port: int, notice: Make) -> None:
    mail(port).deliver(notice(locale="en"))
    (got,) = mailbox.mails
    assert got["Subject"] == "Order 2026-000017 was returned for correction / 申请单2026-000017已退回补正"


def test_a_digest_is_one_mail_with_all_its_parts(mailbox: Mailbox, port: int, notice: Make) -> None:
    parts = (("order_approved", {"number": "1", "title": "a"}), ("order_rejected", {"number": "2", "reason": "why"}))
    mail(port).deliver(notice(template="digest", params={"count": "2"}, parts=parts, locale="en"))
    (got,) = mailbox.mails
    english = got.get_content().replace("\r\n", "\n").partition("\n" + "-" * 40 + "\n")[0]
    assert english.index("2 messages") < english.index("* Order 1 was approved") < english.index("* Order 2 was rejec")
    assert "Reason: why" in english
    assert got["Subject"].startswith("2 messages from the platform / ")


def test_nobody_listens(notice: Make) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(ChannelDown, match="refused"):
            mail(closed.getsockname()[1]).deliver(notice())


def test_a_server_that_says_nothing_is_given_up(notice: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ChannelDown, match="timed out"):
        mail(silent.getsockname()[1], timeout_s=0.2).deliver(notice())


@pytest.mark.parametrize(
    "spoilt",
    [
        {"template": "order_lost"},
        {"recipient": "li@example.gov.cn\nBcc: all@example.gov.cn"},
        {"recipient": ""},
        {"recipient": "李@"},
    ],
)
def test_what_cannot_be_a_mail_is_an_error_and_nothing_is_sent(
    mailbox: Mailbox, port: int, notice: Make, spoilt: dict[str, str]
) -> None:
    with pytest.raises(Unsendable):
        mail(port).deliver(notice(**spoilt))
    assert mailbox.mails == []


def test_a_title_with_line_ends_makes_no_header(mailbox: Mailbox, port: int, notice: Make) -> None:
    mail(port).deliver(notice(params={"number": "1\r\nBcc: all@example.gov.cn", "title": "t"}))
    (got,) = mailbox.mails
    assert got["Bcc"] is None
    assert "1 Bcc: all@example.gov.cn" in got["Subject"]


def test_starttls_and_login(mailbox: Mailbox, tls_port: int, certificate: Path, notice: Make) -> None:
    login = {"username": LOGIN.decode(), "password": PASSWORD.decode(), "starttls": True, "ca_file": str(certificate)}
    mail(tls_port, **login).deliver(notice())
    assert mailbox.encrypted == [True]
    assert mailbox.logins == [LOGIN]


def test_a_wrong_password_is_an_error_without_the_password(
    mailbox: Mailbox, tls_port: int, certificate: Path, notice: Make
) -> None:
    login = {"username": LOGIN.decode(), "password": "wrong one", "starttls": True, "ca_file": str(certificate)}
    with pytest.raises(ChannelDown) as raised:
        mail(tls_port, **login).deliver(notice())
    assert isinstance(raised.value.__cause__, smtplib.SMTPAuthenticationError)
    assert "wrong one" not in str(raised.value)
    assert mailbox.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused(mailbox: Mailbox, tls_port: int, notice: Make) -> None:
    with pytest.raises(ChannelDown) as raised:
        mail(tls_port, starttls=True).deliver(notice())
    assert isinstance(raised.value.__cause__, ssl.SSLCertVerificationError)
    assert mailbox.mails == []


def test_starttls_is_never_left_out(mailbox: Mailbox, port: int, notice: Make) -> None:
    with pytest.raises(ChannelDown, match="STARTTLS"):
        mail(port, starttls=True).deliver(notice())
    assert mailbox.mails == []


def test_a_login_in_clear_is_no_setting() -> None:
    with pytest.raises(ConfigurationError, match="STARTTLS"):
        MailSettings(host="mail", sender=SENDER, username="cloud", password="p")


def test_a_sender_needs_an_address() -> None:
    with pytest.raises(ConfigurationError, match="is not an address"):
        MailSettings(host="mail", sender="cloud")


def test_settings_do_not_show_the_password() -> None:
    assert "hush" not in repr(MailSettings(host="mail", sender=SENDER, username="c", password="hush", starttls=True))
