"""Official letters (文书): numbered, of fixed content, one for each act of the office that applicants are told of.

A letter is written from a versioned template in both languages when the act is done, and never changes afterwards: its
digest is in the audit event of its issue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.identifiers import new_id


class LetterKind(StrEnum):
    """What a letter says; each kind has its own running numbers."""

    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    SUPPLEMENT = "supplement"
    DECISION = "decision"


# The word before the year in a letter's number (字号).
SERIES: dict[LetterKind, str] = {
    LetterKind.ACCEPTANCE: "受理",
    LetterKind.REFUSAL: "不予受理",
    LetterKind.SUPPLEMENT: "补正",
    LetterKind.DECISION: "决定",
}


@dataclass(kw_only=True, eq=False)
class Letter:
    """One letter. `title` and `content` are by locale (zh_CN, en); `template` names text and version, `approval.1`."""

    id: UUID = field(default_factory=new_id)
    number: str
    kind: LetterKind
    order_id: UUID
    department_id: UUID
    template: str
    title: dict[str, str]
    content: dict[str, str]
    issued_by: UUID | None
    issued_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, in hexadecimal."""
        words = [self.number, self.title, self.content]
        return sha256(msgspec.json.encode(words, order="deterministic")).hexdigest()


def numbered(kind: LetterKind, year: int, running: int) -> str:
    """The number that people quote.

    >>> numbered(LetterKind.ACCEPTANCE, 2026, 17)
    '受理〔2026〕17号'
    """
    return f"{SERIES[kind]}〔{year}〕{running}号"
