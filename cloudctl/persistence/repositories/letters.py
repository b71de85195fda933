"""Official letters and their numbers."""

from __future__ import annotations

from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.persistence.repositories.records import Records, count_up


class LetterRecords(Records[Letter]):
    """Letters."""

    noun, what = Letter, "letter"

    def next_number(self, kind: LetterKind, year: int) -> int:
        """The next running number of a kind in a year; a transaction that is rolled back leaves no gap."""
        return count_up(self.session, f"letters/{kind.value}/{year}")
