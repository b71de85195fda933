"""The outbox: told once, sent once, retried with growing pauses, given up at last; one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest

from cloudctl.domain.channels import Digest
from cloudctl.domain.errors import Forbidden, NotFound, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.notices import FIRST_RETRY, PATIENCE, Message
from cloudctl.ports.context import platform
from cloudctl.ports.notifier import ChannelDown, Unsendable
from cloudctl.ports.queries import PageAsk
from cloudctl.services import channels, notices
from tests.factories import Installed, installation

CHANNELS = {"mail": "mail", "duty": "dingtalk", "hook": "json"}


class Post:
    """Channels that refuse some people, or are down, or break."""

    def __init__(self) -> None:
        self.channels = dict(CHANNELS)
        self.refuses: set[str] = set()
        self.down: set[str] = set()
        self.spoilt: set[str] = set()
        self.messages: list[Message] = []
        self.tried = 0

    def deliver(self, message: Message) -> None:
        self.tried += 1
        if message.channel in self.down:
            raise ChannelDown("Connection refused")
        if message.template in self.spoilt:
            raise Unsendable("no such template")
        if message.recipient in self.refuses:
            raise SMTPRecipientsRefused({message.recipient: (450, b"mailbox busy")})
        self.messages.append(message)

    @property
    def taken(self) -> list[str]:
        return [f"{message.recipient} {message.template}" for message in self.messages]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def city(tmp_path: Path, post: Post) -> Iterator[Installed]:
    with installation(tmp_path, notifier=post) as made:
        yield made


def send(city: Installed, channel: str = "mail") -> int:
    return notices.send_due(city.ctx, platform("job"), channel)


def send_all(city: Installed, channel: str = "mail") -> None:
    while send(city, channel):
        pass


def outbox(city: Installed, **filters: object) -> list[Any]:
    """Oldest first."""
    return list(reversed(city.ctx.queries.notices.page(None, filters, PageAsk(limit=200)).items))


def tell(city: Installed, *logins: str, template: str = "order_approved", event: str | None = None) -> int:
    with city.ctx.unit_of_work(platform("test")) as uow:
        people = [uow.accounts.get(city.ids[login]) for login in logins]
        params = {"number": "2026-000001", "title": "OA"}
        return notices.tell(uow, people, template, params, event=event or str(new_id()))


def prefer(city: Installed, login: str, **wanted: Any) -> None:
    plain: dict[str, Any] = {
        "channels": ["mail"],
        "addresses": {},
        "quiet_from": None,
        "quiet_to": None,
        "digest": Digest.NONE,
        "digest_at": "08:30",
        "muted": [],
    }
    channels.prefer(city.ctx, city.people["office-admin"], city.ids[login], **plain | wanted)


def wall(city: Installed, clock: str) -> None:
    """Moves the clock on to this time of day in Asia/Shanghai."""
    hour, minute = map(int, clock.split(":"))
    now = city.clock.now()
    then = now.replace(hour=(hour - 8) % 24, minute=minute, second=0, microsecond=0)
    city.clock.sleep(((then - now) % timedelta(days=1)).total_seconds())


def test_everybody_concerned_is_told_once(city: Installed, post: Post) -> None:
    city.delivered(city.build_items(count=1))
    send_all(city)
    told = [line.replace("@example.gov.cn", "") for line in post.taken]
    assert len(told) == len(set(told))
    assert {"head order_submitted", "officer order_approved", "head order_delivered"} <= set(told)
    assert {(notice.state, notice.sent_at) for notice in outbox(city)} == {("sent", city.clock.now())}
    assert send(city) == 0


def test_an_event_that_is_told_again_is_told_once_by_each_channel(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["mail", "duty"])
    assert tell(city, "officer", "officer", event="e-1") == 2
    assert tell(city, "officer", "head", event="e-1") == 1
    assert tell(city, "officer", event="e-2") == 2
    for channel in CHANNELS:
        send_all(city, channel)
    assert sorted((message.channel, message.recipient) for message in post.messages) == [
        ("duty", "officer"),
        ("duty", "officer"),
        ("mail", "head@example.gov.cn"),
        ("mail", "officer@example.gov.cn"),
        ("mail", "officer@example.gov.cn"),
    ]


def test_each_gets_it_in_the_own_language_at_the_own_address(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["duty"], addresses={"duty": "13800000000"})
    tell(city, "officer")
    send(city, "duty")
    (message,) = post.messages
    assert (message.locale, message.address, message.name) == ("zh_CN", "13800000000", "officer")
    assert "13800000000" not in repr(message)


def test_a_refused_one_is_tried_again_with_growing_pauses_for_three_days(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    tell(city, "head")
    began = city.clock.now()
    while (notice := outbox(city)[0]).state == "pending":
        before = post.tried
        assert send(city) == 0
        assert send(city) == 0
        assert post.tried == before + 1
        (notice,) = outbox(city)
        city.clock.sleep(max((notice.due_at - city.clock.now()).total_seconds(), 0))
    assert PATIENCE <= city.clock.now() - began < PATIENCE + timedelta(hours=1)
    assert notice.state == "failed"
    assert "mailbox busy" in notice.last_error
    story = notices.get(city.ctx, city.people["auditor"], notice.id)
    assert len(story.attempts) == post.tried == notice.attempts > 100
    assert {attempt.error for attempt in story.attempts} == {notice.last_error}
    city.clock.move(days=30)
    assert (send(city), post.tried) == (0, len(story.attempts))


def test_one_that_was_given_up_is_sent_when_an_operator_says_so(city: Installed, post: Post) -> None:
    post.spoilt.add("order_approved")
    tell(city, "head")
    send(city)
    (notice,) = outbox(city)
    assert (notice.state, notice.attempts) == ("failed", 1)
    with pytest.raises(Forbidden):
        notices.retry(city.ctx, city.people["auditor"], notice.id)
    assert send(city) == 0
    post.spoilt.clear()
    assert notices.retry(city.ctx, city.people["operator"], notice.id).notice.state == "pending"
    assert send(city) == 1
    with pytest.raises(Refused):
        notices.retry(city.ctx, city.people["operator"], notice.id)
    assert [event["before"] for event in city.audited(action="start/notice-retry")] == [{"state": "failed"}]
    with pytest.raises(NotFound):
        notices.get(city.ctx, city.people["auditor"], new_id())


def test_it_is_sent_once_the_person_is_reached_again_in_order(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    for template in ("order_submitted", "order_approved", "order_rejected"):
        tell(city, "head", template=template)
        city.clock.sleep(1)
    assert send(city) == 0
    assert post.tried == 1
    post.refuses.clear()
    assert send(city) == 0  # what is newer waits for what has to wait
    tell(city, "head", template="order_attention")
    assert send(city) == 1  # but not what is urgent
    city.clock.sleep(FIRST_RETRY.total_seconds())
    assert send(city) == 3
    told = [line.split()[1] for line in post.taken]
    assert told == ["order_attention", "order_submitted", "order_approved", "order_rejected"]
    assert {notice.state for notice in outbox(city)} == {"sent"}


def test_one_that_fails_holds_up_nobody_else(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    tell(city, "head")
    tell(city, "reviewer")
    assert send(city) == 1
    assert post.taken == ["reviewer@example.gov.cn order_approved"]


def test_a_dead_channel_costs_one_attempt_a_pause_and_delays_no_other(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["mail", "duty"])
    post.down.add("mail")
    for _ in range(5):
        tell(city, "officer", "head", "reviewer")
    assert (send(city), post.tried) == (0, 1)
    assert (send(city), post.tried) == (0, 1)
    assert send(city, "duty") == 5
    (mail,) = (channel for channel in channels.all_of_them(city.ctx, city.people["auditor"]) if channel.name == "mail")
    assert (mail.failing_since, mail.last_error) == (city.clock.now(), "ChannelDown: Connection refused")
    gauges = city.ctx.queries.gauges(city.clock.now() + timedelta(hours=2))
    assert gauges['cloudctl_channel_failing_seconds{channel="mail"}'] == 7200
    end, tried = city.clock.now() + timedelta(days=1), post.tried
    while city.clock.now() < end:
        send(city)
        city.clock.sleep(5 * 60)
    assert post.tried - tried < 24 * 4 + 10
    post.down.clear()
    for _ in range(12):
        city.clock.sleep(5 * 60)
        send_all(city)
    mails = [message for message in post.messages if message.channel == "mail"]
    assert len(mails) == len({message.id for message in mails}) == 15
    for login in ("officer", "head", "reviewer"):
        made = [notice.id for notice in outbox(city, recipient=f"{login}@example.gov.cn")]
        assert [message.id for message in mails if message.recipient.startswith(login)] == made
    (mail,) = (channel for channel in channels.all_of_them(city.ctx, city.people["auditor"]) if channel.name == "mail")
    assert mail.failing_since is None


def test_a_decision_is_made_whatever_the_channels_do(city: Installed, post: Post) -> None:
    post.down.update(CHANNELS)
    order = city.approved(city.build_items(count=1))
    assert order.state == "approved"
    assert send(city) == 0


def test_a_sender_that_dies_leaves_its_claim_to_the_next(city: Installed, post: Post) -> None:
    tell(city, "head", template="order_submitted")
    notices._claim(city.ctx, platform("a sender that died"), "mail")
    tell(city, "head", template="order_approved")
    assert send(city) == 0
    city.clock.sleep(notices.CLAIM.total_seconds())
    assert send(city) == 2
    assert [line.split()[1] for line in post.taken] == ["order_submitted", "order_approved"]


def test_a_sender_that_was_too_slow_changes_nothing_that_another_has_done(city: Installed, post: Post) -> None:
    tell(city, "head")
    (message,) = notices._claim(city.ctx, platform("a slow sender"), "mail")
    city.clock.sleep(notices.CLAIM.total_seconds())
    assert send(city) == 1
    post.refuses.add("head@example.gov.cn")
    assert notices._attempt(city.ctx, platform("a slow sender"), message) is not None
    (notice,) = outbox(city)
    assert (notice.state, notice.last_error) == ("sent", None)


def test_a_sender_that_breaks_gives_back_what_it_had(city: Installed, post: Post, monkeypatch: Any) -> None:
    tell(city, "head")
    tell(city, "reviewer")
    monkeypatch.setattr(post, "deliver", lambda _message: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(city)
    monkeypatch.undo()
    assert send(city) == 2


def test_a_notice_of_an_order_that_was_rolled_back_is_not_there(city: Installed) -> None:
    with pytest.raises(Exception, match="quota"):
        city.submitted(city.build_items(count=40))
    assert outbox(city) == []


def test_quiet_hours_hold_back_all_but_the_urgent_until_their_end(city: Installed, post: Post) -> None:
    prefer(city, "head", quiet_from="22:00", quiet_to="07:00")
    wall(city, "23:30")
    tell(city, "head")
    tell(city, "head", template="order_attention")
    tell(city, "reviewer")
    send_all(city)
    assert sorted(post.taken) == ["head@example.gov.cn order_attention", "reviewer@example.gov.cn order_approved"]
    wall(city, "06:59")
    assert send(city) == 0
    wall(city, "07:00")
    assert send(city) == 1


def test_what_could_not_be_sent_in_the_evening_does_not_come_at_night(city: Installed, post: Post) -> None:
    prefer(city, "head", quiet_from="22:00", quiet_to="07:00")
    wall(city, "21:59")
    tell(city, "head")
    post.down.add("mail")
    send(city)
    post.down.clear()
    wall(city, "22:01")
    assert send(city) == 0
    wall(city, "07:00")
    assert send(city) == 1
    assert post.tried == 2


def test_a_daily_digest_is_one_message_with_all_of_the_day(city: Installed, post: Post) -> None:
    prefer(city, "officer", digest=Digest.DAILY, digest_at="08:30")
    prefer(city, "head", digest=Digest.DAILY, digest_at="08:30")
    wall(city, "09:00")
    for number in range(30):
        tell(city, "officer", template=("order_approved", "order_rejected")[number % 2])
        city.clock.sleep(600)
    tell(city, "head")
    tell(city, "officer", template="order_attention")
    assert send(city) == 1  # the urgent one
    wall(city, "08:29")
    assert send(city) == 0
    wall(city, "08:30")
    assert send(city) == 2
    _, *morning = post.messages
    by_person = {message.recipient.partition("@")[0]: message for message in morning}
    assert (by_person["head"].template, by_person["head"].parts) == ("order_approved", ())
    digest = by_person["officer"]
    assert (digest.template, digest.params) == ("digest", {"count": "30"})
    assert [template for template, _ in digest.parts] == ["order_approved", "order_rejected"] * 15
    assert send(city) == 0
    folded = outbox(city, state="folded")
    assert {notice.folded_into for notice in folded} == {digest.id}
    assert len(folded) == 30


def test_a_digest_that_fails_is_tried_again_as_the_same_message(city: Installed, post: Post) -> None:
    prefer(city, "officer", digest=Digest.HOURLY)
    tell(city, "officer")
    tell(city, "officer")
    city.clock.move(hours=1)
    post.down.add("mail")
    assert send(city) == 0
    tell(city, "officer")
    post.down.clear()
    city.clock.move(hours=1)
    assert send(city) == 2
    told = [(message.template, len(message.parts)) for message in post.messages]
    assert told == [("digest", 2), ("order_approved", 0)]


def test_what_was_muted_is_not_told_but_decisions_are(city: Installed) -> None:
    prefer(city, "officer", muted=["order_delivered"])
    assert tell(city, "officer", template="order_delivered") == 0
    assert tell(city, "officer", template="order_rejected") == 1


def test_what_was_for_a_channel_that_is_gone_goes_by_mail(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["hook"])
    prefer(city, "head", channels=["hook", "mail"])
    tell(city, "officer", "head")
    del post.channels["hook"]
    assert notices.send_strays(city.ctx, platform("job")) == 2
    assert notices.send_strays(city.ctx, platform("job")) == 0
    send_all(city)
    assert sorted(post.taken) == ["head@example.gov.cn order_approved", "officer@example.gov.cn order_approved"]
    assert {notice.state for notice in outbox(city, channel="hook")} == {"folded"}


def test_a_digest_for_a_channel_that_is_gone_keeps_its_parts(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["hook"], digest=Digest.HOURLY)
    tell(city, "officer")
    tell(city, "officer")
    city.clock.move(hours=1)
    post.down.add("hook")
    send(city, "hook")
    del post.channels["hook"]
    city.clock.move(hours=1)
    assert notices.send_strays(city.ctx, platform("job")) == 1
    assert send(city) == 1
    (message,) = post.messages
    assert (message.channel, len(message.parts)) == ("mail", 2)


def test_who_has_neither_that_channel_nor_mail_is_given_up(city: Installed, post: Post) -> None:
    prefer(city, "officer", channels=["hook"])
    with city.ctx.unit_of_work(platform("test")) as uow:
        uow.accounts.get(city.ids["officer"]).email = ""
    tell(city, "officer")
    del post.channels["hook"]
    notices.send_strays(city.ctx, platform("job"))
    (notice,) = outbox(city)
    assert notice.state == "failed"
    assert "no channel hook" in notice.last_error
