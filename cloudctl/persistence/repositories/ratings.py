"""Ratings of orders."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.ratings import Rating
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import ratings


class RatingRecords(Records[Rating]):
    """Ratings."""

    noun, what = Rating, "rating"

    def lock(self, key: UUID) -> Rating:
        return self._locked(key)

    def of_order(self, order_id: UUID) -> Rating | None:
        return self._one(select(Rating).where(ratings.c.order_id == order_id))
