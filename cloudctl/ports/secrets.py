"""Sealing: what must be kept and never read by a person."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Authenticated encryption under the installation's keys."""

    @property
    def key_id(self) -> str:
        """The id of the key that seals now: not secret, and it changes when the key does."""
        ...

    def seal(self, clear: bytes, about: bytes = b"") -> bytes:
        """The sealed form; differs at each call. It opens only together with the same `about`."""
        ...

    def open(self, sealed: bytes, about: bytes = b"") -> bytes:
        """The clear bytes; raises ConfigurationError when no configured key fits, or it is about something else."""
        ...
