"""A real mail server and a real webhook that fail in every way they can, and an outbox that loses and repeats nothing.

The clock is the test's own, so that a day of outage takes no time.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from cloudctl.domain.channels import Digest
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import channels, notices
from cloudctl.settings import Channel, Smtp
from tests.factories import Installed, installation

FIVE_MINUTES = 300


class Server:
    """What the mail server took; `greylist` answers the first attempt of each pair of mail and person with 450."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.greylist = self.refuse = self.hang_up = False
        self.seen: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return "550 5.1.1 no such mailbox"
        if self.greylist and address not in self.seen:
            self.seen.add(address)
            return "450 4.2.0 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.hang_up:
            server.transport.abort()
        return "250 OK"

    def of(self, login: str) -> list[str]:
        """The orders of which somebody was told, as they came."""
        mine = [mail for mail in self.mails if str(mail["To"]).startswith(login)]
        return [str(mail["Subject"]).split("Order ")[1].split()[0] for mail in mine]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def city(tmp_path: Path, port: int) -> Iterator[Installed]:
    smtp = Smtp(host="127.0.0.1", port=port, sender="cloud@example.gov.cn", timeout_s=0.3)
    silent = Channel(url="json://127.0.0.1:1/hook", timeout_s=0.3)
    with installation(tmp_path, smtp=smtp, channels={"hook": silent}) as made:
        yield made


@contextmanager
def up(server: Server, port: int) -> Iterator[None]:
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def tell(city: Installed, number: int, *logins: str) -> None:
    with city.ctx.unit_of_work(platform("test")) as uow:
        people = [uow.accounts.get(city.ids[login]) for login in logins]
        params = {"number": str(number), "title": "OA"}
        assert notices.tell(uow, people, "order_approved", params, event=str(new_id())) >= len(logins)


def send(city: Installed, channel: str = "mail") -> int:
    return notices.send_due(city.ctx, platform("job"), channel)


def states(city: Installed) -> set[str]:
    return {row.state for row in city.ctx.queries.notices.page(None, {}, PageAsk(limit=500)).items}


def go_on(city: Installed, hours: float) -> None:
    """Looks every five minutes for what is due."""
    end = city.clock.now() + timedelta(hours=hours)
    while city.clock.now() < end:
        send(city)
        city.clock.sleep(FIVE_MINUTES)


def test_after_a_day_without_a_mail_server_everything_comes_once_and_in_order(
    city: Installed, server: Server, port: int
) -> None:
    for hour in range(24):
        tell(city, hour, "officer", "head")
        go_on(city, 1)
    assert states(city) == {"pending"}
    with up(server, port):
        go_on(city, 1)
    assert states(city) == {"sent"}
    for login in ("officer", "head"):
        assert server.of(login) == [str(hour) for hour in range(24)]
    assert len({mail["Message-ID"] for mail in server.mails}) == 48


def test_a_server_that_greylists_gets_each_mail_once(city: Installed, server: Server, port: int) -> None:
    server.greylist = True
    with up(server, port):
        for number in range(3):
            tell(city, number, "officer", "head")
        go_on(city, 1)
    assert states(city) == {"sent"}
    assert server.of("officer") == server.of("head") == ["0", "1", "2"]


def test_a_mailbox_that_is_made_two_days_later_still_gets_its_mail(city: Installed, server: Server, port: int) -> None:
    server.refuse = True
    with up(server, port):
        tell(city, 1, "officer")
        tell(city, 2, "officer")
        for _ in range(48):
            send(city)
            city.clock.move(hours=1)
        server.refuse = False
        send(city)
    assert server.of("officer") == ["1", "2"]
    assert states(city) == {"sent"}


def test_a_server_that_hangs_is_given_up_after_its_time_and_holds_up_no_decision(
    city: Installed, server: Server, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        order = city.approved(city.build_items(count=1))
        assert order.state == "approved"
        assert send(city) == 0
    (row,) = (row for row in city.ctx.queries.channels() if row.name == "mail")
    assert "timed out" in row.last_error
    assert row.failures == 1
    with up(server, port):
        go_on(city, 1)
    assert states(city) == {"sent"}


def test_a_line_that_drops_after_the_data_is_the_same_message_again(city: Installed, server: Server, port: int) -> None:
    server.hang_up = True
    with up(server, port):
        tell(city, 1, "officer")
        assert send(city) == 0
        server.hang_up = False
        go_on(city, 0.5)
    assert states(city) == {"sent"}
    assert len(server.mails) == 2
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_a_digest_over_an_outage_is_one_mail_with_everything(city: Installed, server: Server, port: int) -> None:
    wanted = {
        "channels": ["mail"],
        "addresses": {},
        "quiet_from": "22:00",
        "quiet_to": "07:00",
        "digest": Digest.HOURLY,
    }
    officer = city.ids["officer"]
    channels.prefer(city.ctx, city.people["officer"], officer, **wanted, digest_at="08:30", muted=[])
    for number in range(5):
        tell(city, number, "officer")
    go_on(city, 11)
    with up(server, port):
        go_on(city, 14)
    (mail,) = server.mails
    text = mail.get_content()
    assert [f"Order {number} was approved" in text for number in range(5)] == [True] * 5


def test_a_channel_that_hangs_delays_no_other(city: Installed, server: Server, port: int) -> None:
    """Each channel has a job of its own: while one waits for its server, mail goes out."""
    wanted: dict[str, Any] = {"quiet_from": None, "quiet_to": None, "digest": Digest.NONE, "digest_at": "08:30"}
    both = {"channels": ["mail", "hook"], "addresses": {}, "muted": []}
    channels.prefer(city.ctx, city.people["officer"], city.ids["officer"], **wanted, **both)
    tell(city, 1, "officer")
    names = {thread.name for thread in city.app.ticker._threads.values()}
    assert {"job-notices-mail", "job-notices-hook", "job-strays"} <= names
    holding, release = threading.Event(), threading.Event()
    hook = city.ctx.notifier._carriers["hook"]

    def hang(_message: object) -> None:
        holding.set()
        assert release.wait(20)
        raise ConnectionResetError("gone")

    hook.deliver = hang
    slow = threading.Thread(target=send, args=(city, "hook"))
    slow.start()
    assert holding.wait(20)
    with up(server, port):
        assert send(city) == 1
    release.set()
    slow.join()
    assert server.of("officer") == ["1"]


def test_the_whole_story_of_a_failing_channel_is_on_record(city: Installed, server: Server, port: int) -> None:
    tell(city, 1, "officer")
    send(city)
    city.clock.sleep(FIVE_MINUTES)
    with up(server, port):
        send(city)
    (row,) = city.ctx.queries.notices.page(None, {}, PageAsk()).items
    story = notices.get(city.ctx, city.people["auditor"], row.id)
    assert [attempt.error is None for attempt in story.attempts] == [False, True]
    assert "refused" in str(story.attempts[0].error)
    assert (row.state, row.attempts) == ("sent", 2)
