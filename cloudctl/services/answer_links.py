"""The addresses of signed links: made when a notice is sent, so that no record and no log holds one.

    params = addressed(ctx, notice.params)      # the link's id becomes its address
    link_id = opened(ctx, token)                # and back; NotFound for what is none

A token is the link's id under the installation's key: nobody can make one, and it is good for nothing else.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from uuid import UUID

from cloudctl.domain.answer_links import PARAM, PURPOSE
from cloudctl.domain.errors import ConfigurationError, NotFound
from cloudctl.ports.context import Context

PATH = "/answers/"


def addressed(ctx: Context, params: Mapping[str, str]) -> dict[str, str]:
    """The params of a notice, with the address of its link where it has one."""
    if not params.get(PARAM):
        return dict(params)
    return {**params, PARAM: f"{ctx.limits.public_url}{PATH}{token_of(ctx, UUID(params[PARAM]))}"}


def token_of(ctx: Context, link_id: UUID) -> str:
    """What stands in a link's address; differs at each call."""
    return urlsafe_b64encode(ctx.secrets.seal(PURPOSE + link_id.bytes)).decode().rstrip("=")


def opened(ctx: Context, token: str) -> UUID:
    """The link's id; raises NotFound for a token that is none, or was made for another purpose."""
    try:
        clear = ctx.secrets.open(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ConfigurationError, ValueError) as error:
        raise none() from error
    if not clear.startswith(PURPOSE) or len(clear) != len(PURPOSE) + 16:
        raise none()
    return UUID(bytes=clear.removeprefix(PURPOSE))


def none() -> NotFound:
    """The one wording for links that are not there, or not this person's any more."""
    return NotFound("There is no such link.", way_out="Take it whole from the message, or log in and answer there.")
