"""The keys by which hosts are known to ssh."""

from __future__ import annotations

from typing import Protocol

import msgspec


class HostKey(msgspec.Struct, frozen=True):
    """A host's public key: "ssh-ed25519 AAAA...", and its fingerprint "SHA256:..."."""

    line: str
    fingerprint: str


class HostKeys(Protocol):
    """Looks at what a host shows."""

    def scan(self, address: str, port: int) -> HostKey:
        """The key that whoever answers there shows; raises Invalid where nobody does."""
        ...

    def checked(self, line: str) -> HostKey:
        """A key that was given; raises Invalid for what is none."""
        ...
