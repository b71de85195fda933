"""The outbox on both databases: told once and sent once, whoever tells and sends at the same time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Lock
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from cloudctl.domain.accounts import Account
from cloudctl.domain.channels import Preferences
from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.notices import Attempt, Message, News, Notice
from cloudctl.persistence.retention import forget_attempts
from cloudctl.persistence.tables import notices as notice_table
from cloudctl.ports.context import Request
from cloudctl.ports.notifier import ChannelDown
from cloudctl.services import notices
from tests.persistence.records import ADMIN, START, City, Database, account

REQUEST = Request(actor=ADMIN, request_id="req-1")
PEOPLE = 8


class Post:
    """Counts what it is given, by id."""

    channels = {"mail": "mail"}  # noqa: RUF012 - nobody changes it

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.lock = Lock()
        self.down = False

    def deliver(self, message: Message) -> None:
        if self.down:
            raise ChannelDown("Connection refused")
        with self.lock:
            self.taken.append(message)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def ctx(database: Database, post: Post) -> Any:
    return SimpleNamespace(
        unit_of_work=database.factory, notifier=post, clock=database.clock, secrets=database.factory.secrets
    )


@pytest.fixture
def people(city: City, database: Database) -> list[Account]:
    made = [account(f"p{number}", city.department.id) for number in range(PEOPLE)]
    with database.work() as uow:
        for one in made:
            uow.accounts.add(one)
    return made


def notice(minutes: int = 0, **changes: Any) -> Notice:
    at = START + timedelta(minutes=minutes)
    plain = {"recipient": "a@b.cn", "template": "order_returned", "params": {"n": "1"}, "due_at": at}
    return Notice(**{**plain, "created_at": START, **changes})


def side_by_side(times: int, act: Any) -> list[Any]:
    barrier = Barrier(times)

    def one(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_many_who_tell_of_one_event_tell_it_once(people: list[Account], database: Database) -> None:
    def tell(_number: int) -> int:
        with database.work() as uow:
            return notices.tell(uow, people, "order_approved", {"number": "1"}, event="order/approve/3")

    assert sum(side_by_side(6, tell)) == PEOPLE
    with database.work() as uow:
        due = uow.notices.due("mail", START, 100)
    assert Counter(one.account_id for one in due) == Counter(one.id for one in people)


def test_who_tells_after_one_that_was_rolled_back_tells(people: list[Account], database: Database) -> None:
    def tell_then(divisor: int) -> float:
        with database.work() as uow:
            return notices.tell(uow, people, "order_approved", {}, event="e") / divisor

    with pytest.raises(ZeroDivisionError):
        tell_then(0)
    assert [tell_then(1), tell_then(1)] == [PEOPLE, 0]


def test_two_senders_send_each_notice_once(people: list[Account], database: Database, ctx: Any, post: Post) -> None:
    """Without the lock that keeps two workers from the same job: the claims alone do it."""
    for number in range(15):
        with database.work() as uow:
            notices.tell(uow, people, "order_approved", {"number": str(number)}, event=str(number))

    def send(_number: int) -> int:
        sent = 0
        while taken := notices.send_due(ctx, REQUEST):
            sent += taken
        return sent

    assert sum(side_by_side(2, send)) + notices.send_due(ctx, REQUEST) == 15 * PEOPLE
    assert len(post.taken) == len({message.id for message in post.taken}) == 15 * PEOPLE
    with database.work() as uow:
        assert uow.notices.due("mail", START + timedelta(days=9), 100) == []
        assert [len(uow.notices.attempts(message.id)) for message in post.taken] == [1] * len(post.taken)


def test_two_senders_make_one_digest(people: list[Account], database: Database, ctx: Any, post: Post) -> None:
    for number in range(5):
        with database.work() as uow:
            for one in people:
                made = News(
                    event=str(number), account_id=one.id, recipient=one.email, template="order_returned",
                    params={"n": "1"}, digest=True, due_at=START, created_at=START,
                )  # fmt: skip
                assert uow.notices.add_once(made)
    side_by_side(2, lambda _number: notices.send_due(ctx, REQUEST))
    notices.send_due(ctx, REQUEST)
    parts = Counter({one.email: 0 for one in people})
    for message in post.taken:
        parts[message.recipient] += len(message.parts) or 1
    assert set(parts.values()) == {5}


def test_a_channel_that_two_find_dead_is_on_record_once(
    people: list[Account], database: Database, ctx: Any, post: Post
) -> None:
    with database.work() as uow:
        notices.tell(uow, people, "order_approved", {}, event="e")
    post.down = True
    assert side_by_side(2, lambda _number: notices.send_due(ctx, REQUEST)) == [0, 0]
    with database.work() as uow:
        channel = uow.channels.lock("mail")
        assert 1 <= channel.failures <= 2
        assert channel.failing_since == START
        assert uow.notices.due("mail", START, 100) != []


def test_those_that_are_due_oldest_first(city: City, database: Database) -> None:
    with database.work() as uow:
        for minutes in (1, 0, 5):
            uow.notices.add(notice(minutes, created_at=START + timedelta(minutes=minutes)))
        uow.notices.add(notice(channel="duty"))
    with database.work() as uow:
        due = uow.notices.due("mail", START + timedelta(minutes=2), 10)
        assert [n.due_at for n in due] == [START, START + timedelta(minutes=1)]
        due[0].sent(START)
    with database.work() as uow:
        assert len(uow.notices.due("mail", START + timedelta(minutes=2), 10)) == 1
        assert [n.channel for n in uow.notices.strays(["mail"], START, 10)] == ["duty"]


def test_what_is_claimed_is_nobodys_until_it_is_let_go_or_its_time_is_over(city: City, database: Database) -> None:
    first, second = notice(), notice(created_at=START + timedelta(seconds=1))
    with database.work() as uow:
        first.claimed_until = START + timedelta(minutes=5)
        uow.notices.add(first)
        uow.notices.add(second)
        uow.notices.add(notice(template="order_attention", created_at=START + timedelta(seconds=2)))
    with database.work() as uow:
        assert [n.template for n in uow.notices.due("mail", START, 10)] == ["order_attention"]
        assert len(uow.notices.due("mail", START + timedelta(minutes=5), 10)) == 3
        uow.notices.let_go([first.id])
    with database.work() as uow:
        assert [n.id for n in uow.notices.due("mail", START, 10)][:2] == [first.id, second.id]


def test_attempts_are_kept_in_order(city: City, database: Database) -> None:
    told = notice()
    with database.work() as uow:
        uow.notices.add(told)
    for error in ("450", None):
        with database.work() as uow:
            uow.notices.tried(Attempt(notice_id=told.id, at=uow.now, seconds=0.25, error=error))
    with database.work() as uow:
        assert [(one.error, one.seconds) for one in uow.notices.attempts(told.id)] == [("450", 0.25), (None, 0.25)]
        with pytest.raises(NotFound):
            uow.notices.lock(new_id())


def test_preferences_are_a_persons_own(people: list[Account], database: Database) -> None:
    one, other = people[:2]
    with database.work() as uow:
        uow.channels.prefer(Preferences(account_id=one.id, quiet_from="22:00", quiet_to="07:00"))
    with pytest.raises(Conflict), database.work() as uow:
        uow.channels.prefer(Preferences(account_id=one.id))
    with database.work() as uow:
        found = uow.channels.preferences([one.id, other.id])
        assert [(found[key].quiet_from, found[key].version) for key in (one.id, other.id)] == [("22:00", 1), (None, 0)]
        assert uow.channels.preferences([]) == {}


def test_attempts_are_forgotten_and_the_notice_stays(
    people: list[Account], database: Database, post: Post, ctx: Any
) -> None:
    post.down = True
    with database.work() as uow:
        notices.tell(uow, people[:1], "order_failed", {"number": "1", "title": "t"}, event="e")
    notices.send_due(ctx, REQUEST)
    (row,) = database.all(select(notice_table.c.id))
    assert forget_attempts(database.engines.write, START) == 0
    assert forget_attempts(database.engines.write, START + timedelta(seconds=1)) == 1
    with database.work() as uow:
        assert (uow.notices.get(row.id).state, list(uow.notices.attempts(row.id))) == ("pending", [])
