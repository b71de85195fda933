"""The outbox: who is told, what is sent when, and what came of it.

    tell(uow, uow.accounts.with_role(Role.OPERATOR, None), "order_attention", params, event=f"{order.id}/park/3")

A notice is written in the transaction of its event and sent outside of any; the outcome is put on record. Each channel
is served by itself (`send_due`), so that one which hangs delays no other.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Account, Permission
from cloudctl.domain.channels import Preferences
from cloudctl.domain.notices import DIGEST, MAIL, Attempt, Message, News, Notice
from cloudctl.ports.context import Context, Request
from cloudctl.ports.notifier import ChannelDown, Unsendable
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.answer_links import addressed

BATCH, ROUNDS = 20, 20
# A sender that dies between claim and record leaves the notice to the next one, after this pause.
CLAIM = timedelta(minutes=5)
ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Story:
    """A notice, and every attempt to send it."""

    notice: Notice
    attempts: Sequence[Attempt]


def tell(
    uow: UnitOfWork,
    accounts: Iterable[Account],
    template: str,
    params: Mapping[str, str],
    *,
    event: str,
    order_id: UUID | None = None,
) -> int:
    """Tells each of these people, and who is their deputy now, once and as they want it; answers how many are new.

    `event` names what happened: whoever tells of the same again, or of one person twice, adds nothing.
    """
    own = {account.id: account for account in accounts}
    people = {key: (account, dict(params)) for key, account in own.items()}
    for principal_id, deputy in uow.deputies.in_place_of(own, uow.now) if own else ():
        people.setdefault(deputy.id, (deputy, {**params, "deputy_of": own[principal_id].name}))
    wanted = uow.channels.preferences(people)
    said = {"event": event, "template": template, "order_id": order_id}
    return sum(
        uow.notices.add_once(notice)
        for key in sorted(people)  # in one order, so that two who tell the same people do not wait for each other
        if wanted[key].wants(template)
        for notice in _notices(people[key][0], wanted[key], uow.now, params=people[key][1], **said)
    )


def send_due(ctx: Context, request: Request, channel: str = MAIL) -> int:
    """Sends what is due through a channel; answers how many it took. The same notice is always the same message.

    A channel that fails is left alone for a growing pause; then one notice tries whether it is well again.
    """
    _fold(ctx, request, channel)
    total = 0
    for _ in range(ROUNDS):
        sent = _send_batch(ctx, request, channel)
        total += sent
        if not sent:
            break
    return total


def send_strays(ctx: Context, request: Request) -> int:
    """What is due through a channel that the installation no longer has goes by mail; answers how many were moved."""
    with ctx.unit_of_work(request) as uow:
        strays = uow.notices.strays(ctx.notifier.channels, uow.now, BATCH)
        for notice in strays:
            account = uow.accounts.get(notice.account_id) if notice.account_id else None
            if account is None or not account.email:
                notice.given_up(f"There is no channel {notice.channel} any more, and no mail address.")
                continue
            mail = News(
                event=notice.event or str(notice.id),
                account_id=account.id,
                recipient=account.email,
                template=notice.template,
                params=dict(notice.params),
                order_id=notice.order_id,
                due_at=uow.now,
                created_at=uow.now,
            )
            new = uow.notices.add_once(mail)
            for part in uow.notices.parts([notice.id]) if new else ():
                part.folded_into = mail.id
            notice.fold(mail.id if new else None)
        return len(strays)


def get(ctx: Context, request: Request, notice_id: UUID) -> Story:
    """A notice with its attempts; one about an order is seen where its order is, any other by the office."""
    request.actor.require(Permission.AUDIT_READ)
    with ctx.unit_of_work(request) as uow:
        notice = uow.notices.get(notice_id)
        department_id = uow.orders.get(notice.order_id).department_id if notice.order_id else None
        request.actor.require_sight(department_id, "notice", notice_id)
        return Story(notice, uow.notices.attempts(notice_id))


def retry(ctx: Context, request: Request, notice_id: UUID) -> Story:
    """Has a notice sent again that was given up; raises Refused for any other."""
    request.actor.require(Permission.NOTICES_WRITE)
    with ctx.unit_of_work(request) as uow:
        notice = uow.notices.lock(notice_id)
        before = notice.state
        notice.again(uow.now)
        uow.audit("start/notice-retry", "notice", notice.id, before={"state": before}, after={"state": notice.state})
        return uow.answer(Story(notice, uow.notices.attempts(notice_id)))


def _send_batch(ctx: Context, request: Request, channel: str) -> int:
    sent = 0
    batch = _claim(ctx, request, channel)
    stuck: set[str] = set()  # people one of whose notices was not taken: what is newer waits for it
    left = {message.id for message in batch}
    try:
        for message in batch:
            if message.recipient in stuck:
                continue
            error = _attempt(ctx, request, message)
            left.discard(message.id)
            if isinstance(error, ChannelDown):
                break
            if error is None:
                sent += 1
            elif not isinstance(error, Unsendable):
                stuck.add(message.recipient)
    finally:
        if left:
            with ctx.unit_of_work(request) as uow:
                uow.notices.let_go(left)
    return sent


def _notices(account: Account, wanted: Preferences, now: datetime, **said: Any) -> Iterator[News]:
    """One for each channel of a person; `said` is what all of them say."""
    due_at, digest = wanted.planned(now, said["template"])
    for channel in wanted.channels:
        recipient = account.email if channel == MAIL else account.login
        if recipient:
            yield News(
                account_id=account.id,
                channel=channel,
                recipient=recipient,
                digest=digest,
                due_at=due_at,
                created_at=now,
                **said,
            )


def _fold(ctx: Context, request: Request, channel: str) -> None:
    """Puts the notices of each due digest together: one that is alone goes as itself."""
    with ctx.unit_of_work(request) as uow:
        by_person: defaultdict[str, list[Notice]] = defaultdict(list)
        for notice in uow.notices.digestible(channel, uow.now):
            by_person[notice.recipient].append(notice)
        for recipient, together in by_person.items():
            if len(together) == 1:
                continue
            digest = Notice(
                event=f"{DIGEST}/{together[0].id}",
                account_id=together[0].account_id,
                channel=channel,
                recipient=recipient,
                template=DIGEST,
                params={"count": str(len(together))},
                due_at=uow.now,
                created_at=uow.now,
            )
            uow.notices.add(digest)
            for notice in together:
                notice.fold(digest.id)


def _claim(ctx: Context, request: Request, channel: str) -> list[Message]:
    with ctx.unit_of_work(request) as uow:
        due = uow.notices.due(channel, uow.now, BATCH)
        if not due:
            return []
        due = due[: uow.channels.lock(channel).room(uow.now, BATCH)]
        wanted = uow.channels.preferences({notice.account_id for notice in due if notice.account_id})
        ready = []
        for notice in due:
            prefers = wanted.get(notice.account_id) if notice.account_id else None
            awake = prefers.awake(uow.now) if prefers and not notice.urgent else uow.now
            if awake > uow.now:  # it was kept back until now, and now is night
                notice.due_at = awake
            else:
                notice.claimed_until = uow.now + CLAIM
                ready.append(notice)
        return _messages(ctx, uow, ready, wanted)


def _messages(
    ctx: Context, uow: UnitOfWork, notices: Sequence[Notice], wanted: Mapping[UUID, Preferences]
) -> list[Message]:
    parts: defaultdict[UUID | None, list[Notice]] = defaultdict(list)
    for part in uow.notices.parts([notice.id for notice in notices if notice.template == DIGEST]):
        if part.template != DIGEST:  # a digest that goes by another channel
            parts[part.folded_into].append(part)
    return [
        message(
            ctx,
            notice,
            uow.accounts.get(notice.account_id) if notice.account_id else None,
            wanted.get(notice.account_id) if notice.account_id else None,
            parts[notice.id],
        )
        for notice in notices
    ]


def message(
    ctx: Context,
    notice: Notice,
    account: Account | None,
    wanted: Preferences | None = None,
    parts: Iterable[Notice] = (),
) -> Message:
    """A notice as its channel gets it: in the person's language, to the address that the person gave."""
    sealed = wanted.addresses if wanted and notice.channel in wanted.addressed else None
    addresses: dict[str, str] = json.loads(ctx.secrets.open(sealed)) if sealed else {}
    return Message(
        id=notice.id,
        channel=notice.channel,
        recipient=notice.recipient,
        name=account.name if account else notice.recipient,
        address=addresses.get(notice.channel),
        locale=account.locale if account else "zh_CN",
        template=notice.template,
        params=addressed(ctx, notice.params),
        parts=tuple((part.template, addressed(ctx, part.params)) for part in parts),
        created_at=notice.created_at,
    )


def _attempt(ctx: Context, request: Request, message: Message) -> Exception | None:
    """One attempt and its record; None when the message was taken."""
    began = ctx.clock.monotonic_s()
    error = _send(ctx, message)
    seconds = ctx.clock.monotonic_s() - began
    words = None if error is None else f"{type(error.__cause__ or error).__name__}: {error}"[:ERROR_LENGTH]
    with ctx.unit_of_work(request) as uow:
        kept = uow.notices.lock(message.id)
        uow.notices.tried(Attempt(notice_id=kept.id, at=uow.now, seconds=round(seconds, 3), error=words))
        channel = uow.channels.lock(kept.channel)
        if isinstance(error, ChannelDown):
            channel.down(uow.now, words or "")
        elif channel.failing_since is not None:
            channel.well()
        if kept.state != "pending":
            return error  # its claim ran out, and another sender has seen to it
        if error is None:
            kept.sent(uow.now)
        elif isinstance(error, Unsendable):
            kept.given_up(words or "")
        else:
            kept.refused(uow.now, words or "")
    return error


def _send(ctx: Context, message: Message) -> Exception | None:
    try:
        ctx.notifier.deliver(message)
    except (OSError, Unsendable) as error:
        return error
    return None
