"""Channels: which there are and how they do, what each person wants of them, and a test message."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from cloudctl.domain.accounts import Account, Permission, missing
from cloudctl.domain.channels import Digest, Preferences
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.notices import MAIL, OPTIONAL, Notice
from cloudctl.ports.context import Context, Request
from cloudctl.ports.notifier import Unsendable
from cloudctl.services.notices import message

MOST_CHANNELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A channel of the installation, and since when it fails."""

    name: str
    kind: str
    failing_since: datetime | None
    paused_until: datetime | None
    last_error: str | None


def all_of_them(ctx: Context, request: Request) -> list[Health]:
    """Every channel; what it says when it fails is for those who may read the audit trail."""
    shown = Permission.AUDIT_READ in request.actor.permissions
    known = {row.name: row for row in ctx.queries.channels()}
    return [
        Health(
            name=name,
            kind=kind,
            failing_since=known[name].failing_since if name in known else None,
            paused_until=known[name].paused_until if name in known else None,
            last_error=known[name].last_error if shown and name in known else None,
        )
        for name, kind in sorted(ctx.notifier.channels.items())
    ]


def preferences(ctx: Context, request: Request, account_id: UUID) -> Preferences:
    """What a person wants: oneself, or anybody for who may read accounts."""
    with ctx.unit_of_work(request) as uow:
        if request.actor.account_id != account_id:
            request.actor.require(Permission.ACCOUNTS_READ)
            request.actor.require_sight(uow.accounts.get(account_id).department_id, "account", account_id)
        return uow.channels.preferences([account_id])[account_id]


def prefer(
    ctx: Context,
    request: Request,
    account_id: UUID,
    *,
    channels: list[str],
    addresses: dict[str, str | None],
    quiet_from: str | None,
    quiet_to: str | None,
    digest: Digest,
    digest_at: str,
    muted: list[str],
    expected_version: int | None = None,
) -> Preferences:
    """Puts on record what a person wants, all of it; of `addresses` only those that are named change."""
    if request.actor.account_id != account_id:
        request.actor.require(Permission.ACCOUNTS_WRITE)
    _check_channels(ctx, channels, addresses)
    _check_hours(quiet_from, quiet_to, digest_at)
    _check_muted(muted)
    with ctx.unit_of_work(request) as uow:
        account = uow.accounts.get(account_id)
        if request.actor.account_id != account_id:
            request.actor.require_sight(account.department_id, "account", account_id)
        wanted = uow.channels.preferences([account_id])[account_id]
        uow.check_version(wanted, expected_version)
        before = _plain(wanted)
        old = json.loads(ctx.secrets.open(wanted.addresses)) if wanted.addresses else {}
        kept = {name: text for name, text in {**old, **addresses}.items() if text and name in channels}
        if kept != old:
            wanted.addresses = ctx.secrets.seal(json.dumps(kept).encode()) if kept else None
        wanted.addressed = sorted(kept)
        wanted.channels, wanted.muted = list(dict.fromkeys(channels)), sorted(set(muted))
        wanted.quiet_from, wanted.quiet_to = quiet_from, quiet_to
        wanted.digest, wanted.digest_at = digest, digest_at
        uow.channels.prefer(wanted)
        uow.audit(
            "update/notifications",
            "account",
            account_id,
            department_id=account.department_id,
            before=before,
            after=_plain(wanted),
        )
        return uow.answer(wanted)


def test(ctx: Context, request: Request, name: str) -> Health:
    """Sends its caller a test message through a channel at once; raises Conflict with the channel's words."""
    request.actor.require(Permission.NOTICES_WRITE)
    kind = ctx.notifier.channels.get(name)
    if kind is None:
        raise missing("channel", name)
    with ctx.unit_of_work(request) as uow:
        if request.actor.account_id is None:
            raise Invalid("A test message goes to a person.", field="name", way_out="Log in with an account's token.")
        account = uow.accounts.get(request.actor.account_id)
        wanted = uow.channels.preferences([account.id])[account.id]
        notice = _test_notice(account, name, uow.now)
        told = message(ctx, notice, account, wanted)
        uow.audit("start/channel-test", "channel", name)
    try:
        ctx.notifier.deliver(told)
    except (OSError, Unsendable) as error:
        raise Conflict(
            "The channel {name} did not take it: {problem}",
            way_out="Mend its server or its entry in the configuration, then test again.",
            name=name,
            problem=str(error)[:500],
        ) from error
    return next(channel for channel in all_of_them(ctx, request) if channel.name == name)


def _test_notice(account: Account, channel: str, now: datetime) -> Notice:
    recipient = account.email if channel == MAIL else account.login
    return Notice(
        account_id=account.id,
        channel=channel,
        recipient=recipient,
        template="channel_test",
        params={"channel": channel, "name": account.name},
        due_at=now,
        created_at=now,
    )


def _check_channels(ctx: Context, channels: list[str], addresses: Iterable[str]) -> None:
    if not 1 <= len(channels) <= MOST_CHANNELS:
        raise Invalid(
            "Notices need one to {most} channels.", field="channels", way_out="Name at least one.", most=MOST_CHANNELS
        )
    for field, names in (("channels", channels), ("addresses", addresses)):
        for name in names:
            if name not in ctx.notifier.channels:
                raise Invalid(
                    "There is no channel {name}.", field=field, way_out="See `cloudctl channels list`.", name=name
                )


def _check_hours(quiet_from: str | None, quiet_to: str | None, digest_at: str) -> None:
    given = {"quiet_from": quiet_from, "quiet_to": quiet_to, "digest_at": digest_at}
    for field, text in given.items():
        if text is not None and not _is_clock(text):
            raise Invalid("{given} is not a time of day.", field=field, way_out="Give it as 22:00.", given=text)
    if (quiet_from is None) != (quiet_to is None):
        raise Invalid("Quiet hours have a beginning and an end.", field="quiet_to", way_out="Give both, or neither.")
    if quiet_from is not None and quiet_from == quiet_to:
        raise Invalid(
            "Quiet hours that end when they begin would be all day or none.",
            field="quiet_to",
            way_out="Give another end.",
        )


def _check_muted(muted: list[str]) -> None:
    for template in muted:
        if template not in OPTIONAL:
            raise Invalid(
                "Notices of the kind {template} cannot be done without.",
                field="muted",
                way_out="Possible: {possible}.",
                template=template,
                possible=", ".join(sorted(OPTIONAL)),
            )


def _is_clock(text: str) -> bool:
    try:
        return time.fromisoformat(text).isoformat("minutes") == text
    except ValueError:
        return False


def _plain(wanted: Preferences) -> dict[str, object]:
    """For the audit: everything but the addresses."""
    return {
        "channels": list(wanted.channels),
        "addressed": list(wanted.addressed),
        "quiet": f"{wanted.quiet_from}-{wanted.quiet_to}" if wanted.quiet_from else None,
        "digest": wanted.digest.value,
        "digest_at": wanted.digest_at,
        "muted": list(wanted.muted),
    }
