"""Looks at services from outside: do they answer, and from which address."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Answer(NamedTuple):
    """What a look came to. `peer` is the address that answered, as the connection had it; `error` why none did."""

    answered: bool
    peer: str | None = None
    status: int | None = None
    error: str | None = None


class Probes(Protocol):
    """Never raises for a service that does not answer: that is an answer too."""

    def look(self, url: str) -> Answer:
        """Looks at `http://`, `https://` or `tcp://host:port`, once, within a few seconds, following nothing."""
        ...
