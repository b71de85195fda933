"""Clearings, their close-out lines, and the links that owners answer by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.answer_links import AnswerLink
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.close_lines import CloseLine
from cloudctl.ports.repositories.base import Repository


class Clearings(Repository[Clearing], Protocol):
    """Clearings."""

    def lock(self, key: UUID) -> Clearing:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def lock_caps(self) -> None:
        """Until the transaction ends nobody else opens or switches off: two side by side pass no cap together."""
        ...

    def standing(self, campaign_id: UUID | None = None) -> Sequence[Clearing]:
        """Those that have not ended, of one campaign or of all, the oldest first."""
        ...

    def of_campaign(self, campaign_id: UUID) -> Sequence[Clearing]:
        """Every case of a campaign, the oldest first."""
        ...

    def standing_of(self, system_id: UUID) -> Clearing | None:
        """The one case of a system that has not ended."""
        ...

    def of_system(self, system_id: UUID) -> Sequence[Clearing]:
        """Every case of a system, the newest first."""
        ...

    def latest(self, systems: Collection[UUID]) -> dict[UUID, Clearing]:
        """The newest case of each of these systems that had one."""
        ...

    def switched_off_since(self, moment: datetime) -> Sequence[Clearing]:
        """Those whose quarantine was begun since then."""
        ...

    def with_server(self, server_id: UUID) -> Clearing | None:
        """The standing case that has switched this server off, or is about to."""
        ...

    def next_number(self, name: str, year: int) -> int:
        """The next running number of a series and year; a transaction that is rolled back leaves no gap."""
        ...


class CloseLines(Repository[CloseLine], Protocol):
    """Close-out lines."""

    def of_clearing(self, clearing_id: UUID) -> Sequence[CloseLine]:
        """Every line that was filled in, the oldest first: the last of a kind counts."""
        ...


class AnswerLinks(Repository[AnswerLink], Protocol):
    """Links that owners answer by."""

    def lock(self, key: UUID) -> AnswerLink:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def of_clearing(self, clearing_id: UUID) -> Sequence[AnswerLink]:
        """Those of a case."""
        ...
