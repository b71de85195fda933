"""Names in the network: which address a full name leads to, in the zone that the platform keeps.

    names.point("fgw-site.apps.city.gov.cn", ("10.20.0.7",))    # a second call changes nothing
    names.withdraw("fgw-site.apps.city.gov.cn")                 # also where it is gone already

Raises Unreachable while the name server does not answer, Rejected for what it refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Names(Protocol):
    """The names of applications."""

    @property
    def zone(self) -> str:
        """What every name ends in, without a dot at either end."""
        ...

    def point(self, name: str, addresses: Sequence[str]) -> None:
        """From now on `name` leads to these addresses, and to no other; asked again until the server says so."""
        ...

    def addresses(self, name: str) -> tuple[str, ...]:
        """Where it leads now, sorted; nothing where there is no such name."""
        ...

    def withdraw(self, name: str) -> None:
        """It leads nowhere any more."""
        ...
