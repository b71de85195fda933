"""Channels of notices: `/v1/channels`, `/v1/me/notifications`, `/v1/accounts/{id}/notifications`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.channels import ChannelOut, PreferencesIn, PreferencesOut
from cloudctl.domain.accounts import Actor, Permission
from cloudctl.domain.errors import Invalid
from cloudctl.services import channels

router = APIRouter(tags=["notices"])


@router.get("/v1/channels", **answering(ChannelOut, many=True))
def list_channels(request: Request) -> Response:
    """The channels of the installation, and how they do."""
    caller = Caller(request)
    return plain([ChannelOut.of(channel) for channel in channels.all_of_them(caller.ctx, caller.request)])


@router.post("/v1/channels/{name}/test", **answering(ChannelOut, needs=Permission.NOTICES_WRITE))
def test_channel(act: Acting, name: str) -> Response:
    """Sends the caller a test message at once; 409 with the channel's words when it was not taken."""
    return act.show_once(ChannelOut.of, channels.test, name)


@router.get("/v1/me/notifications", **answering(PreferencesOut))
def get_my_notifications(request: Request) -> Response:
    """Which notices one gets, through what and when."""
    caller = Caller(request)
    return caller.show(PreferencesOut.of, channels.preferences, _own(caller.actor))


@router.put("/v1/me/notifications", **answering(PreferencesOut, versioned=True))
def put_my_notifications(act: Acting, body: PreferencesIn) -> Response:
    """Says which notices one gets, through what and when."""
    return _put(act, _own(act.actor), body)


@router.get("/v1/accounts/{account_id}/notifications", **answering(PreferencesOut, needs=Permission.ACCOUNTS_READ))
def get_notifications(request: Request, account_id: UUID) -> Response:
    """Which notices a person gets; one's own need no permission."""
    return Caller(request).show(PreferencesOut.of, channels.preferences, account_id)


@router.put(
    "/v1/accounts/{account_id}/notifications",
    **answering(PreferencesOut, needs=Permission.ACCOUNTS_WRITE, versioned=True),
)
def put_notifications(act: Acting, account_id: UUID, body: PreferencesIn) -> Response:
    """Says which notices a person gets; one's own need no permission."""
    return _put(act, account_id, body)


def _put(act: Acting, account_id: UUID, body: PreferencesIn) -> Response:
    return act.carry_out(
        PreferencesOut.of, channels.prefer, account_id, **body.fields(), expected_version=act.expected_version
    )


def _own(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise Invalid("Only a person gets notices.", way_out="Log in with an account's token.")
    return actor.account_id
