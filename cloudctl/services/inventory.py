"""The inventory, for those who look: what the clouds have, whoever made it. Only syncs write it."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk, scope_of
from cloudctl.ports.queries.rows import InventoryRow


def get(ctx: Context, request: Request, object_id: UUID) -> InventoryRow:
    """One object; raises NotFound for what is absent, and for what belongs to no resource of the actor's realm."""
    request.actor.require(Permission.INVENTORY_READ)
    found = ctx.queries.inventory.page(scope_of(request.actor), {"id": object_id}, PageAsk(limit=1)).items
    if not found:
        raise missing("inventory object", object_id)
    (row,) = found
    assert isinstance(row, InventoryRow)
    return row


def changes(ctx: Context, request: Request, object_id: UUID, filters: dict[str, object], ask: PageAsk) -> Page:
    """What changed of an object, newest first; raises NotFound as `get` does."""
    get(ctx, request, object_id)
    scope = scope_of(request.actor)
    return ctx.queries.inventory_changes.page(scope, {**filters, "object_id": object_id}, ask)
