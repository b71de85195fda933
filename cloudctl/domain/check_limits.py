"""The installation's own figures for checks of applications (settings.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLimits:
    """Every application is looked at every `every_s`, `parallel` of them at once.

    An incident is opened after `failures` looks in a row that failed, closed after `successes` that did not. The
    history is kept `keep_days`.
    """

    every_s: int = 60
    failures: int = 3
    successes: int = 2
    parallel: int = 16
    keep_days: int = 800
