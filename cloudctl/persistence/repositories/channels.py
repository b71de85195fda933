"""How channels do, and what people want of them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.domain.channels import Channel, Preferences
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import insert_unless_there, record
from cloudctl.persistence.tables import channels, preferences


class ChannelRecords:
    """Channels by name, preferences by account."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def lock(self, name: str) -> Channel:
        first = Channel(name=name)
        insert_unless_there(self.session, channels, {c.name: getattr(first, c.name) for c in channels.columns})
        return self.session.get_one(Channel, name, with_for_update=True, populate_existing=True)

    def preferences(self, accounts: Collection[UUID]) -> dict[UUID, Preferences]:
        return remembered(self.session, ("preferences", *accounts), lambda: self._preferences(accounts))

    def _preferences(self, accounts: Collection[UUID]) -> dict[UUID, Preferences]:
        wanted = select(Preferences).where(preferences.c.account_id.in_(list(accounts)))
        found = {one.account_id: one for one in self.session.scalars(wanted)} if accounts else {}
        return {key: found.get(key) or Preferences(account_id=key) for key in accounts}

    def prefer(self, wanted: Preferences) -> None:
        record(self.session, wanted)
