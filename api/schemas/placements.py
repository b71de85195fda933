"""Placements: which cloud serves which items of an order, and why."""

from __future__ import annotations

from typing import Self

from api.schemas.fields import Out
from cloudctl.domain.items import Item, item_kind
from cloudctl.domain.placements import joined
from cloudctl.services.placements import Explained


class PlacedItemOut(Out, frozen=True, kw_only=True):
    """An item by its position in the form; `name` is null for what changes something that exists."""

    position: int
    kind: str
    name: str | None

    @classmethod
    def at(cls, position: int, item: Item) -> Self:
        """This shape of an item."""
        return cls(position=position, kind=item_kind(item), name=getattr(item, "name", None))


class PlacementOut(Out, frozen=True, kw_only=True):
    """Items that stand together on one cloud, with a reason, by locale, for every cloud that was looked at."""

    cloud: str
    items: list[PlacedItemOut]
    reasons: list[dict[str, str]]


class PlacementsOut(Out, frozen=True, kw_only=True):
    """An order's places; `decided` is false for a draft: then they are those that it would get now."""

    number: str
    cloud: str
    decided: bool
    placements: list[PlacementOut]

    @classmethod
    def of(cls, found: Explained) -> Self:
        """This shape of an explanation."""
        items = found.order.items
        return cls(
            number=found.order.number,
            cloud=joined(found.placements) or "",
            decided=found.decided,
            placements=[
                PlacementOut(
                    cloud=at.cloud,
                    items=[PlacedItemOut.at(position, items[position]) for position in at.items],
                    reasons=list(at.reasons),
                )
                for at in found.placements
            ],
        )
