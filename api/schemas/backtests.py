"""Policies replayed over the platform's own past."""

from __future__ import annotations

from datetime import date
from typing import Self

from api.schemas.fields import Out
from cloudctl.domain.clearings import Answer
from cloudctl.services.backtests import Backtest


class ReplayedServerOut(Out, frozen=True, kw_only=True):
    """What would have become of a server. `came_back_on` is its first day of use after it was asked for.

    `answered` is its owner's last answer in a real case; `against_answers`: it would have been switched off all the
    same.
    """

    department: str
    system: str
    server: str
    asked_on: date
    dismissed_on: date | None
    off_on: date | None
    came_back_on: date | None
    answered: Answer | None
    against_answers: bool


class ReplayedDepartmentOut(Out, frozen=True, kw_only=True):
    """What would have hit a department."""

    department: str
    servers: int
    asked: int
    asked_in_vain: int
    switched_off: int
    switched_off_wrongly: int
    switched_off_unproven: int
    against_answers: int


class BacktestOut(Out, frozen=True, kw_only=True):
    """A policy's replay. In vain: used after the question; wrongly: used after it was switched off.

    Unproven: seen on fewer than 14 days after it. `against_answers`: switched off although the owner had answered that
    it is needed.
    """

    policy: str
    policy_version: int
    since: date | None
    servers: int
    asked: int
    asked_in_vain: int
    switched_off: int
    switched_off_wrongly: int
    switched_off_unproven: int
    against_answers: int
    departments: list[ReplayedDepartmentOut]
    cases: list[ReplayedServerOut]

    @classmethod
    def told(cls, found: Backtest) -> Self:
        """From what the service answers."""
        return cls(
            **cls.copied(found, "departments", "cases"),
            departments=[ReplayedDepartmentOut.of(one) for one in found.departments],
            cases=[ReplayedServerOut.of(one) for one in found.cases],
        )
