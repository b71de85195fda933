"""Names that people keep by hand, where the installation has no name server; implements ports.names.Names."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamesByHand:
    """Says in the log what is to be entered; nothing is asked and nothing is written."""

    zone: str

    def point(self, name: str, addresses: Sequence[str]) -> None:
        """For whoever keeps the names."""
        log.warning("no name server is set: let %s lead to %s", name, ", ".join(addresses))

    def addresses(self, name: str) -> tuple[str, ...]:  # noqa: ARG002 - nobody is asked
        """Nobody knows."""
        return ()

    def withdraw(self, name: str) -> None:
        """For whoever keeps the names."""
        log.warning("no name server is set: let %s lead nowhere", name)
