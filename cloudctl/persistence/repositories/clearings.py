"""Clearings, their close-out lines, and the links that owners answer by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from cloudctl.domain.answer_links import AnswerLink
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.close_lines import CloseLine
from cloudctl.domain.lifecycle_clearings import CLEARINGS, ENDED
from cloudctl.persistence.repositories.records import Records, count_up
from cloudctl.persistence.tables import answer_links, clearings, close_lines

CAPS_LOCK = 0x636C656172  # any number that is used for nothing else
STANDING = sorted(set(CLEARINGS.states) - ENDED)


class ClearingRecords(Records[Clearing]):
    """Clearings."""

    noun, what = Clearing, "clearing"

    def lock(self, key: UUID) -> Clearing:
        return self._locked(key)

    def lock_caps(self) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(CAPS_LOCK)))

    def standing(self, campaign_id: UUID | None = None) -> Sequence[Clearing]:
        rows = select(Clearing).where(clearings.c.state.in_(STANDING)).order_by(clearings.c.id)
        return self._all(rows if campaign_id is None else rows.where(clearings.c.campaign_id == campaign_id))

    def of_campaign(self, campaign_id: UUID) -> Sequence[Clearing]:
        return self._all(select(Clearing).where(clearings.c.campaign_id == campaign_id).order_by(clearings.c.id))

    def standing_of(self, system_id: UUID) -> Clearing | None:
        return self._one(select(Clearing).where(clearings.c.claim == system_id))

    def of_system(self, system_id: UUID) -> Sequence[Clearing]:
        return self._all(select(Clearing).where(clearings.c.system_id == system_id).order_by(clearings.c.id.desc()))

    def latest(self, systems: Collection[UUID]) -> dict[UUID, Clearing]:
        rows = select(Clearing).where(clearings.c.system_id.in_(systems)).order_by(clearings.c.id)
        return {clearing.system_id: clearing for clearing in self._all(rows)}

    def switched_off_since(self, moment: datetime) -> Sequence[Clearing]:
        return self._all(select(Clearing).where(clearings.c.off_at >= moment))

    def with_server(self, server_id: UUID) -> Clearing | None:
        """Few cases stand at a time, so their servers are sifted here."""
        return next((one for one in self.standing() if server_id in one.servers), None)

    def next_number(self, name: str, year: int) -> int:
        """The next running number of a series and year."""
        return count_up(self.session, f"{name}/{year}")


class CloseLineRecords(Records[CloseLine]):
    """Close-out lines."""

    noun, what = CloseLine, "close line"

    def of_clearing(self, clearing_id: UUID) -> Sequence[CloseLine]:
        return self._all(select(CloseLine).where(close_lines.c.clearing_id == clearing_id).order_by(close_lines.c.id))


class AnswerLinkRecords(Records[AnswerLink]):
    """Links that owners answer by."""

    noun, what = AnswerLink, "answer link"

    def lock(self, key: UUID) -> AnswerLink:
        return self._locked(key)

    def of_clearing(self, clearing_id: UUID) -> Sequence[AnswerLink]:
        return self._all(
            select(AnswerLink).where(answer_links.c.clearing_id == clearing_id).order_by(answer_links.c.id)
        )
