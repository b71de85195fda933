"""How the simulated cloud says no, in its own words: a reason like an HTTP status, and a sentence."""

from __future__ import annotations

from enum import StrEnum

from cloudctl.providers.simulated.faults import FaultKind


class Reason(StrEnum):
    """Why a call was not answered with what it asked for."""

    ABSENT = "404"
    BUSY = "409"
    INVALID = "400"
    QUOTA = "403"
    NO_CAPACITY = "507"
    BROKEN = "error"
    SERVER_ERROR = "503"
    LOST = "lost"


class Refusal(Exception):
    """The cloud's answer when it does not do what it was asked; `translate` makes a BackendError of it."""

    def __init__(self, reason: Reason, words: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.reason = reason
        self.words = words
        self.retry_after_s = retry_after_s


# What a fault that strikes before any effect answers.
STRIKES: dict[FaultKind, tuple[Reason, str]] = {
    FaultKind.NO_CAPACITY: (Reason.NO_CAPACITY, "no simulated host has room"),
    FaultKind.QUOTA_403: (Reason.QUOTA, "403: the project's quota is used up"),
    FaultKind.QUOTA_413: (Reason.QUOTA, "413: over the project's limit"),
    FaultKind.QUOTA_409: (Reason.QUOTA, "409: the project's quota is used up"),
    FaultKind.BUSY_409: (Reason.BUSY, "409: the object is in another task"),
    FaultKind.SERVER_ERROR_5XX: (Reason.SERVER_ERROR, "503: the service is not available"),
}
