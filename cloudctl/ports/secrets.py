"""Sealing: what must be kept and never read by a person."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Authenticated encryption under the installation's key."""

    def seal(self, clear: bytes) -> bytes:
        """The sealed form; differs at each call."""
        ...

    def open(self, sealed: bytes) -> bytes:
        """The clear bytes; raises ConfigurationError when no configured key fits."""
        ...
