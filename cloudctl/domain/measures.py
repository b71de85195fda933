"""What the office measures by: how long evidence counts, how indicators are defined, how departments are ranked.

All of it is written in `policies/` and read once; a definition that changes gets a new version, and the old one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from cloudctl.domain.evidence import EvidenceKind
from cloudctl.domain.indicators import Definition
from cloudctl.domain.rankings import RankingPart


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """How long evidence of a kind counts; what counts as quiet; what else answers for the platform.

    An automatic look is made again after `again_after`, so that evidence is renewed long before it expires. A device
    that draws at most `quiet_bytes_per_day` counts as silent, a room that draws at most `quiet_power_w` as dead.
    `gateways` are the shared addresses, as CIDR blocks, behind which services of the platform answer.
    """

    expiry: Mapping[EvidenceKind, timedelta]
    again_after: timedelta = timedelta(days=1)
    quiet_bytes_per_day: int = 0
    quiet_power_w: int = 0
    class_change_days: int = 365
    gateways: tuple[str, ...] = ()

    def expires_at(self, kind: EvidenceKind, observed_at: datetime) -> datetime:
        """Until when an observation counts."""
        return observed_at + self.expiry[kind]

    def is_gateway(self, peer: str) -> bool:
        """Whether an address answers for the platform as a whole."""
        return any(ip_address(peer) in ip_network(block) for block in self.gateways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All of them, as an installation has loaded them."""

    evidence: EvidenceRules
    indicators: tuple[Definition, ...] = ()
    ranking: tuple[RankingPart, ...] = ()
