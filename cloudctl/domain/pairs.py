"""Pairs: servers that shall not fail together (anti-affinity).

Items of one order that name the same pair go to different clouds where that is possible (`placements`). Servers of a
pair that come to stand on one cloud all the same go to different hosts there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloudctl.domain.identifiers import derived_id
from cloudctl.domain.items import Item, Separation, ServerItem
from cloudctl.domain.orders import Order
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Apart, Server


def pair_of(item: Item) -> str | None:
    """The pair that an item names."""
    return item.anti_affinity if isinstance(item, ServerItem) else None


def insisted(items: Iterable[Item]) -> frozenset[str]:
    """The pairs for which hosts of their own are required: what one member insists on holds for all."""
    return frozenset(
        item.anti_affinity
        for item in items
        if isinstance(item, ServerItem) and item.anti_affinity and item.separation is Separation.REQUIRED
    )


def apart_of(order: Order, server: Server, here: Sequence[Resource]) -> Apart | None:
    """What a new server is kept apart from, of the order's resources on its cloud; None where it is alone there."""
    name = _pair(order, server)
    members = [other for other in here if isinstance(other, Server) and _pair(order, other) == name]
    if name is None or len(members) < 2:
        return None
    return Apart(key=derived_id(order.id, f"pair/{name}"), required=name in insisted(order.items))


def _pair(order: Order, server: Server) -> str | None:
    return pair_of(order.items[server.item]) if server.order_id == order.id else None
