"""Systems that may be one under two names."""

from __future__ import annotations

from typing import Self

from api.schemas.fields import Out
from cloudctl.messages import fill, translator
from cloudctl.services.duplicates import Suspected


class DuplicateOut(Out, frozen=True, kw_only=True):
    """Two systems by their codes, how many of 100 points speak for their being one, and what these consist of."""

    first: str
    first_name: str
    second: str
    second_name: str
    score: int
    signs: list[str]

    @classmethod
    def told(cls, found: Suspected, locale: str) -> Self:
        """This shape of a pair, its signs in the reader's language."""
        say = translator(locale)
        return cls(
            first=found.pair.first,
            first_name=found.first_name,
            second=found.pair.second,
            second_name=found.second_name,
            score=found.pair.score,
            signs=[fill(say, reason.message, reason.params) for reason in found.pair.reasons],
        )
