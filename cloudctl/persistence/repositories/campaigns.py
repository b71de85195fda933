"""Campaigns, and the throws of the kill switch."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.campaigns import Campaign, Stop
from cloudctl.persistence.repositories.records import Records, count_up
from cloudctl.persistence.tables import campaigns, stops


class CampaignRecords(Records[Campaign]):
    """Campaigns."""

    noun, what = Campaign, "campaign"

    def lock(self, key: UUID) -> Campaign:
        return self._locked(key)

    def standing(self) -> Sequence[Campaign]:
        return self._all(select(Campaign).where(campaigns.c.state != "finished").order_by(campaigns.c.id))

    def next_number(self, year: int) -> int:
        """The next running number of a year."""
        return count_up(self.session, f"campaigns/{year}")


class StopRecords(Records[Stop]):
    """Throws of the kill switch."""

    noun, what = Stop, "stop"

    def lock(self, key: UUID) -> Stop:
        return self._locked(key)

    def standing(self) -> Stop | None:
        not_lifted = select(Stop).where(stops.c.state != "lifted").order_by(stops.c.id).limit(1)
        return self._one(not_lifted)

    def all(self) -> Sequence[Stop]:
        return self._all(select(Stop).order_by(stops.c.id.desc()))
