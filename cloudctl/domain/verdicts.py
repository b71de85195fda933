"""Verdicts (研判结论): what a policy makes of a system on a day, with every signal that it rests on.

Rows are only ever added, and one is added when something of it differs from the last, or the last is old. The same
register, telemetry, declarations and policy give the same verdict whenever it is computed: `digest` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sentence, Sign, Signal
from cloudctl.domain.standings import Side


class VerdictState(StrEnum):
    """What a system is taken for. `no_data` says that it was not seen well enough: it is never idle then."""

    ACTIVE = "active"
    WATCH = "watch"
    SUSPECT = "suspect"
    ZOMBIE = "zombie"
    NO_DATA = "no_data"


FRESH_DAYS = 7
"""A suspicious verdict is put on record anew after so many days, though nothing of it differs."""
SUSPICIOUS = frozenset({VerdictState.SUSPECT, VerdictState.ZOMBIE})


class Rule(StrEnum):
    """Which rule a verdict came by."""

    IN_USE = "in_use"
    SELDOM_USED = "seldom_used"
    IDLE = "idle"
    POWERED_OFF = "powered_off"
    REGISTER_ONLY = "register_only"
    NOT_SEEN = "not_seen"


class ServerView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server of the system as the verdict saw it. `subject` is its object in the inventory.

    `observed_days` of `window_days` were measured (`covered`, 0 to 1). It has been idle on `idle_days` measured days
    since it was last in use, `last_active_on`; after `needed_days` its policy would switch it off. `off_since` is since
    when the cloud has it stopped. `state` is active, idle, quiet (unused, and something objects), off, unseen or gone.
    """

    server_id: UUID
    subject: UUID | None
    name: str
    cloud: str
    purpose: Purpose
    recognised: bool
    since: date
    window_days: int
    observed_days: int
    idle_days: int
    needed_days: int
    covered: float
    state: str
    network_seen: bool
    last_active_on: date | None = None
    off_since: date | None = None
    gone_on: date | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy makes of a system, before it is put on record. `confidence` is in percent.

    `purpose` is that of the whole system; with `recognised` it was recognised, not declared. `cleared` says whether its
    profile allows a clearing: a standby, a DR site, dev and test are reported only. `flagged`: the purpose was declared
    when the system was suspected already, and its use does not show it.
    """

    state: VerdictState
    rule: Rule
    confidence: int
    purpose: Purpose
    recognised: bool
    cleared: bool
    flagged: bool
    exempt_until: date | None
    headline: Sentence
    signals: Sequence[Signal]
    servers: Sequence[ServerView]
    changes: Sequence[Sentence]

    @property
    def signs(self) -> list[Sign]:
        """The official signs that it rests on: those whose best signal for them is worth more than any against."""
        return [sign for sign in Sign if self._worth(sign, Side.FOR) > self._worth(sign, Side.AGAINST)]

    def _worth(self, sign: Sign, side: Side) -> float:
        return max((one.confidence for one in self.signals if one.sign is sign and one.side is side), default=0.0)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it: equal digests are equal verdicts with equal grounds."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @property
    def gist(self) -> tuple[object, ...]:
        """What has to differ for a new verdict to be put on record; figures that only grow day by day do not."""
        sides = frozenset((one.name, one.subject, one.side) for one in self.signals)
        purpose = self.purpose, self.recognised, self.cleared, self.flagged, self.exempt_until
        return self.state, self.rule, frozenset(self.signs), *purpose, sides


@dataclass(kw_only=True, eq=False)
class Verdict:
    """A verdict on record. `at` is the moment as of which it was judged, `day` that day for people.

    `before` is the state of the one before. `policy_digest` is that of the policy's text, which is kept: the verdict
    can be computed again by it.
    """

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    department_id: UUID
    scan_id: UUID
    day: date
    at: datetime
    state: VerdictState
    before: VerdictState | None
    rule: Rule
    confidence: int
    purpose: Purpose
    cleared: bool
    flagged: bool
    exempt_until: date | None
    signs: list[Sign]
    judged: Judged
    digest: str
    policy: str
    policy_version: int
    policy_digest: str
    created_at: datetime


@dataclass(kw_only=True, eq=False)
class Scan:
    """One run over all systems, or over a department's: what it came to, by state; `changed` verdicts were added."""

    id: UUID = field(default_factory=new_id)
    department_id: UUID | None
    day: date
    policy: str
    policy_version: int
    policy_digest: str
    systems: int
    states: dict[str, int]
    changed: int
    began_at: datetime
    created_at: datetime


@dataclass(kw_only=True, eq=False)
class KeptPolicy:
    """The text of a policy as a scan used it; a version has one text for good."""

    id: UUID = field(default_factory=new_id)
    name: str
    version: int
    digest: str
    body: str
    created_at: datetime
