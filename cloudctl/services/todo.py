"""The to-do list (待办): what waits for somebody, and for those whose deputy he is, by due date."""

from __future__ import annotations

from cloudctl.domain.accounts import Permission
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.rows import TodoRow
from cloudctl.services import deputies


def waiting(ctx: Context, request: Request, limit: int) -> list[TodoRow]:
    """At most `limit` rows, the most urgent first. A deputy's own request shows the principals' as well."""
    actor = request.actor
    actor.require(Permission.ORDERS_READ)
    hats = [actor]
    if actor.account_id is not None and actor.deputy_id is None:
        principals = ctx.queries.principals(actor.account_id, ctx.clock.now())
        hats += [deputies.lent(actor, principal) for principal in principals]
    return ctx.queries.todo(hats, limit)
