"""An authority outside of the platform that certifies names, asked over the network.

    issued = certifier.issue("fgw-site.apps.city.gov.cn")

Raises Unreachable while it, or what it wants proven, does not answer; Rejected for what it refuses, with its words.
"""

from __future__ import annotations

from typing import Protocol

from cloudctl.ports.authority import IssuedTls


class Certifier(Protocol):
    """Where there is one, it certifies applications in the place of the platform's own authority."""

    @property
    def issuer(self) -> str:
        """What it is known by on record: its address."""
        ...

    @property
    def roots(self) -> str:
        """What is to be trusted of it, in PEM."""
        ...

    def issue(self, name: str) -> IssuedTls:
        """A certificate of a server for a name in the platform's zone, with a key of its own."""
        ...
