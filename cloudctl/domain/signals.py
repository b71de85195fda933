"""Signals: what was measured or is on record of a system, each for or against one of the five official signs.

The signs are those of 国办发〔2017〕39号, which gives no numbers: a signal therefore always shows its value beside the
threshold of the policy, and where, from when until when and how completely it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from cloudctl.domain.standings import Side
from cloudctl.messages import LOCALES, fill, mark, translator


class Sign(StrEnum):
    """The five signs of a zombie system, in the notice's order."""

    DETACHED = "detached"
    REPLACEABLE = "replaceable"
    IDLE = "idle"
    UNMAINTAINED = "unmaintained"
    SMALL = "small"


SIGNS: dict[Sign, str] = {
    Sign.DETACHED: mark("long detached from the actual business process"),
    Sign.REPLACEABLE: mark("replaceable by another system"),
    Sign.IDLE: mark("its resources idle for a long time"),
    Sign.UNMAINTAINED: mark("updates and maintenance stopped"),
    Sign.SMALL: mark("small scope and low frequency of use"),
}
"""The notice's words, without commas: several are put into one sentence."""


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence of ours: a catalogue id that `params` fill."""

    message: str
    params: Mapping[str, Any] = {}

    @property
    def words(self) -> dict[str, str]:
        """The sentence by locale; a word of ours among the params is one that is marked `what`, `kind` or `state`."""
        return {locale: fill(translator(locale), self.message, self.params) for locale in LOCALES}


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signal. `side` FOR speaks for a zombie, AGAINST for a system that lives, MISSING was not seen.

    `value` and `threshold` are in `unit` (`%`, `MiB/d`, `d`, `/d`; "" for plain numbers and words). `covered` is the
    share, 0 to 1, of the period from `since` to `until` (both inclusive) that was observed; 1 for what the register
    says. `confidence`, 0 to 1, is how much the signal is worth by its source and coverage.
    """

    sign: Sign
    name: str
    side: Side
    sentence: Sentence
    source: str
    value: float | str | None = None
    threshold: float | str | None = None
    unit: str = ""
    since: date | None = None
    until: date | None = None
    covered: float = 1.0
    confidence: float = 1.0
    subject: str | None = None


class SignRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds of the signs that are not about use; part of a policy in `policies/zombies`.

    Days, but `few_users` (people) and `duplicate_points` (of 100, `governance/consolidation/duplicates`).
    """

    unchanged_days: int = 730
    unpatched_days: int = 365
    undeployed_days: int = 730
    contract_over_days: int = 90
    certificate_over_days: int = 30
    few_users: int = 10
    duplicate_points: int = 70
    recent_days: int = 30
