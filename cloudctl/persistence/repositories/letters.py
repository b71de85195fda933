"""Official letters and their numbers."""

from __future__ import annotations

from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.persistence.repositories.records import Appended, count_up
from cloudctl.persistence.tables import letters


class LetterRecords(Appended[Letter]):
    """Letters. A number is nobody else's: its counter is locked until the transaction ends."""

    noun, what, table = Letter, "letter", letters

    def next_number(self, kind: LetterKind, year: int) -> int:
        """The next running number of a kind in a year; a transaction that is rolled back leaves no gap."""
        return count_up(self.session, f"letters/{kind.value}/{year}")
