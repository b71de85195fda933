"""What is proven of a system or room, and why: points for, against and missing, in words of every language of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cloudctl.domain.evidence import Evidence
from cloudctl.messages import LOCALES, fill, translator


class Standing(StrEnum):
    """What evidence comes to; what counts as verified is what is proven."""

    PROVEN = "proven"
    CONTRADICTED = "contradicted"
    UNPROVEN = "unproven"


class Side(StrEnum):
    """Which way a point speaks. What is `void` was handed in and does not count."""

    FOR = "for"
    AGAINST = "against"
    MISSING = "missing"
    EXPIRED = "expired"
    VOID = "void"


class Lie(StrEnum):
    """A claim that the evidence gives away."""

    OLD_SERVER_RUNS = "old_server_runs"
    SERVER_OFF = "server_off"
    OLD_ADDRESS = "old_address"
    POWER_ON = "power_on"
    SAME_PERSON = "same_person"
    PHOTO_REUSED = "photo_reused"
    CLASS_CHANGED = "class_changed"


@dataclass(frozen=True, slots=True)
class Point:
    """One point: the question it answers, which way it speaks, and its sentence (a catalogue id that `params` fill).

    A parameter that is a mapping has its words by locale.
    """

    question: str
    side: Side
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None
    lie: Lie | None = None

    @property
    def words(self) -> dict[str, str]:
        """The sentence by locale."""
        return {locale: fill(translator(locale), self.message, self._params(locale)) for locale in LOCALES}

    def _params(self, locale: str) -> dict[str, object]:
        return {name: one[locale] if isinstance(one, Mapping) else one for name, one in self.params.items()}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is claimed of a system or room, what is proven at `at`, and every point that it rests on."""

    subject_id: UUID
    code: str
    name: str
    claimed: str
    verified: str
    standing: Standing
    at: datetime
    points: tuple[Point, ...]

    @property
    def lies(self) -> list[Lie]:
        """What the evidence gives away, each once."""
        return list(dict.fromkeys(point.lie for point in self.points if point.lie is not None))
