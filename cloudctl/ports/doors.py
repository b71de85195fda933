"""Knocking at one address of a host for one application: whatever the names in the network say, and by our own roots.

knock = Knock(address="10.20.0.7", port=443, name="fgw-site.apps.city.gov.cn", tls=True, roots=pem)
seen = doors.http(knock, "/", most_bytes=65536)
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec


class Knock(msgspec.Struct, frozen=True, kw_only=True):
    """Where to knock and for whom: `name` is asked for (TLS server name, Host), `roots` (PEM) is what is trusted."""

    address: str
    port: int
    name: str
    tls: bool = False
    roots: str = ""
    timeout_s: float = 5.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What answered. `error` says why nothing did, or why its certificate does not count; `seconds` until it did.

    `expired`: it was there, and its certificate has ended.
    """

    answered: bool
    status: int | None = None
    text: str = ""
    certificate_until: datetime | None = None
    error: str | None = None
    expired: bool = False
    seconds: float = 0.0


class Doors(Protocol):
    """Never raises for what does not answer: that is an answer too."""

    def http(self, knock: Knock, path: str, *, most_bytes: int = 65_536) -> Seen:
        """One GET, no redirection followed; `text` is the beginning of its body."""
        ...

    def tcp(self, knock: Knock) -> Seen:
        """Whether the port takes a connection."""
        ...

    def certificate(self, knock: Knock) -> Seen:
        """Whether the certificate is good for the name, and until when."""
        ...
