"""The outbox: sent once, retried with growing pauses, given up at last; one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest

from cloudctl.bootstrap import platform
from cloudctl.domain.notices import ATTEMPTS, FIRST_RETRY, Notice
from cloudctl.ports.queries import PageAsk
from cloudctl.services import notices
from tests.factories import Installed, installation


class Post:
    """A channel that refuses some recipients."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.taken: list[str] = []
        self.tried = 0

    def deliver(self, notice: Notice) -> None:
        self.tried += 1
        if notice.recipient in self.refuses:
            raise SMTPRecipientsRefused({notice.recipient: (450, b"mailbox busy")})
        self.taken.append(f"{notice.recipient} {notice.template}")


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def city(tmp_path: Path, post: Post) -> Iterator[Installed]:
    with installation(tmp_path, notifier=post) as made:
        yield made


def send(city: Installed) -> int:
    return notices.send_due(city.ctx, platform("job"))


def outbox(city: Installed) -> list[Any]:
    return list(city.ctx.queries.notices.page(None, {}, PageAsk(limit=100)).items)


def test_everybody_concerned_is_told_once(city: Installed, post: Post) -> None:
    city.delivered(city.build_items(count=1))
    while send(city):
        pass
    mail = "example.gov.cn"
    assert post.taken == [
        f"head@{mail} order_submitted",
        f"reviewer@{mail} order_signed_off",
        f"officer@{mail} order_approved",
        f"head@{mail} order_delivered",
        f"officer@{mail} order_delivered",
    ]
    assert {(notice.state, notice.sent_at) for notice in outbox(city)} == {("sent", city.clock.now())}
    assert send(city) == 0


def test_a_refused_one_is_tried_again_with_growing_pauses_then_given_up(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    city.submitted(city.build_items())
    pauses = []
    for attempt in range(1, ATTEMPTS + 1):
        assert send(city) == 0
        (notice,) = outbox(city)
        assert (notice.attempts, post.tried) == (attempt, attempt)
        assert send(city) == 0
        assert post.tried == attempt
        if notice.state == "pending":
            pauses.append(notice.due_at - city.clock.now())
            city.clock.sleep(pauses[-1].total_seconds())
    assert pauses == [FIRST_RETRY * 2**number for number in range(ATTEMPTS - 1)]
    assert notice.state == "failed"
    assert "mailbox busy" in notice.last_error
    city.clock.move(days=30)
    assert (send(city), post.tried) == (0, ATTEMPTS)


def test_it_is_sent_once_the_channel_is_well_again(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    city.submitted(city.build_items())
    send(city)
    post.refuses.clear()
    city.clock.sleep(FIRST_RETRY.total_seconds())
    assert send(city) == 1
    (notice,) = outbox(city)
    assert (notice.state, notice.attempts) == ("sent", 1)


def test_one_that_fails_holds_up_no_other(city: Installed, post: Post) -> None:
    post.refuses.add("head@example.gov.cn")
    city.signed(city.build_items())
    assert send(city) == 1
    assert post.taken == ["reviewer@example.gov.cn order_signed_off"]


def test_a_sender_that_dies_leaves_its_claim_to_the_next(city: Installed, post: Post) -> None:
    city.submitted(city.build_items())
    notices._claim(city.ctx, platform("a sender that died"))
    assert send(city) == 0
    city.clock.sleep(notices.CLAIM.total_seconds())
    assert send(city) == 1
    assert len(post.taken) == 1


def test_a_notice_of_an_order_that_was_rolled_back_is_not_there(city: Installed) -> None:
    with pytest.raises(Exception, match="quota"):
        city.submitted(city.build_items(count=40))
    assert outbox(city) == []
