"""The reads: lists and reports, straight from rows into typed structs.

Every list takes the caller's scope (a department's id, a subtree, or None for who sees all), a filter and a page, and
costs at most two statements at any page size. Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Actor
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.queries.rows import (
    AccessRow,
    AccountRow,
    AddressRow,
    AdoptionRow,
    AdoptionRuleRow,
    AssessmentRow,
    AttachmentRow,
    AuditRow,
    CampaignRow,
    CardRow,
    CaseRow,
    ChannelRow,
    ClearingRow,
    CloudRow,
    ColocationRow,
    DepartmentRow,
    DependencyRow,
    DeputyRow,
    DeviceRow,
    DriftRow,
    DueRow,
    EmergencyRow,
    EvidenceRow,
    ExemptionRow,
    FreezeRow,
    InventoryChangeRow,
    InventoryRow,
    LetterRow,
    MoveRow,
    NetworkRow,
    NoticeRow,
    OpinionRow,
    OrderRow,
    PrefixRow,
    ProgressRow,
    PurposeRow,
    QuotaRow,
    RackRow,
    RatingRow,
    RatingSummary,
    ReadinessRow,
    RoomRow,
    ServerRow,
    ShadowCount,
    ShadowRow,
    SlipRow,
    StepRow,
    SweepRow,
    SyncRow,
    SystemDueRow,
    SystemRow,
    TakingRow,
    TodoRow,
    TokenRow,
    TransferRow,
    VerdictRow,
    VolumeRow,
    WasteRow,
    WaveRow,
    ZombieExemptionRow,
)

if TYPE_CHECKING:
    from cloudctl.ports.queries.months import Months
    from cloudctl.ports.queries.reclaims import Reclaims
    from cloudctl.ports.queries.register import Register
    from cloudctl.ports.queries.standings import Standings
    from cloudctl.ports.queries.telemetry import Telemetry
    from cloudctl.ports.queries.usage import UsageSamples
    from cloudctl.ports.queries.zombies import Zombies


class Subtree(msgspec.Struct, frozen=True):
    """A department and everything below it: the scope of a district's office."""

    root: UUID


Scope = UUID | Subtree | None


def scope_of(actor: Actor) -> Scope:
    """What the actor's lists are cut down to; None for who sees every department."""
    if actor.department_id is not None and actor.below:
        return Subtree(actor.department_id)
    return actor.department_id


class PageAsk(msgspec.Struct, frozen=True):
    """A page: at most `limit` rows after `cursor`, the opaque `next` of the page before."""

    limit: int = 50
    cursor: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Rows, and the cursor of the next page; None on the last. Totals are never counted."""

    items: list[object]
    next: str | None = None


class Listing(Protocol):
    """A list of one noun. `filters` are equalities by column name, as the noun's FILTERS declares."""

    def page(self, scope: Scope, filters: dict[str, object], ask: PageAsk) -> Page:
        """Rows of the scope, newest first; raises Invalid for an unknown filter or a broken cursor."""
        ...


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What a cloud has of one dimension, and what orders of one of its zones may still get.

    `total` is with over-commit (None: unbounded) and shared by its zones. `kept` is what orders of this zone have to
    leave free, `held` and `committed` what they have, `elsewhere` what the other zones have; `free` is the rest. `used`
    is what the inventory saw in the whole cloud `as_of` that time, whoever uses it. `per_day` is by how much held and
    committed grew a day lately, `lasts_days` how long `free` lasts if the whole cloud goes on like that.
    """

    cloud: str
    zone: str
    dimension: Dimension
    total: int | None
    kept: int | None
    held: int
    committed: int
    elsewhere: int
    free: int | None
    used: int | None
    as_of: datetime | None
    per_day: float | None
    lasts_days: int | None


class QuotaSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a part of the tree may use, holds and uses of one dimension, over its `departments` that have an account.

    What was allotted from above and again to below counts once.
    """

    cloud: str
    zone: str
    dimension: Dimension
    departments: int
    limit: int
    held: int
    committed: int
    left: int


class Queries(Protocol):
    """All reads."""

    @property
    def departments(self) -> Listing: ...
    @property
    def accounts(self) -> Listing: ...
    @property
    def tokens(self) -> Listing: ...
    @property
    def systems(self) -> Listing: ...
    @property
    def rooms(self) -> Listing: ...
    @property
    def racks(self) -> Listing: ...
    @property
    def devices(self) -> Listing: ...
    @property
    def colocations(self) -> Listing: ...
    @property
    def accesses(self) -> Listing: ...
    @property
    def clouds(self) -> Listing: ...
    @property
    def orders(self) -> Listing: ...
    @property
    def servers(self) -> Listing: ...
    @property
    def volumes(self) -> Listing: ...
    @property
    def networks(self) -> Listing: ...
    @property
    def addresses(self) -> Listing: ...
    @property
    def prefixes(self) -> Listing: ...
    @property
    def quotas(self) -> Listing: ...
    @property
    def attachments(self) -> Listing: ...
    @property
    def exemptions(self) -> Listing: ...
    @property
    def freezes(self) -> Listing: ...
    @property
    def due(self) -> Listing: ...
    @property
    def cards(self) -> Listing: ...
    @property
    def ratings(self) -> Listing: ...
    @property
    def deputies(self) -> Listing: ...
    @property
    def emergencies(self) -> Listing: ...
    @property
    def transfers(self) -> Listing: ...
    @property
    def drift(self) -> Listing: ...
    @property
    def adoption_rules(self) -> Listing: ...
    @property
    def adoptions(self) -> Listing: ...
    @property
    def takings(self) -> Listing: ...
    @property
    def audit(self) -> Listing: ...
    @property
    def notices(self) -> Listing: ...
    @property
    def opinions(self) -> Listing: ...
    @property
    def letters(self) -> Listing: ...
    @property
    def inventory(self) -> Listing: ...
    @property
    def inventory_changes(self) -> Listing: ...
    @property
    def syncs(self) -> Listing: ...
    @property
    def assessments(self) -> Listing: ...
    @property
    def waves(self) -> Listing: ...
    @property
    def moves(self) -> Listing: ...
    @property
    def move_steps(self) -> Listing: ...
    @property
    def slips(self) -> Listing: ...
    @property
    def readiness(self) -> Listing: ...
    @property
    def shadows(self) -> Listing: ...
    @property
    def sweeps(self) -> Listing: ...
    @property
    def waste(self) -> Listing: ...

    def shadow_counts(self, scope: Scope, at: datetime) -> Sequence[ShadowCount]:
        """How many shadows there were at a moment, by kind, department and state."""
        ...

    @property
    def dependencies(self) -> Listing: ...
    @property
    def systems_due(self) -> Listing:
        """What of the systems runs out, the first to run out first; the filter `days_left` is how many at most."""
        ...

    @property
    def register(self) -> Register:
        """The register as it stood at a moment."""
        ...

    @property
    def standings(self) -> Standings:
        """What judges and counts need of a moment."""
        ...

    @property
    def telemetry(self) -> Telemetry:
        """The stored telemetry, for scans."""
        ...

    @property
    def usage(self) -> UsageSamples:
        """What was seen of clouds' counters."""
        ...

    @property
    def months(self) -> Months:
        """What happened over a time."""
        ...

    @property
    def candidates(self) -> Zombies:
        """What the judges of zombie systems need of a moment."""
        ...

    @property
    def zombies(self) -> Listing:
        """The last verdict on each system."""
        ...

    @property
    def verdicts(self) -> Listing: ...
    @property
    def purposes(self) -> Listing: ...
    @property
    def zombie_exemptions(self) -> Listing: ...
    @property
    def reclaims(self) -> Reclaims:
        """What capacity came back, and what orders got."""
        ...

    @property
    def evidence(self) -> Listing: ...
    @property
    def cases(self) -> Listing: ...
    @property
    def campaigns(self) -> Listing: ...
    @property
    def clearings(self) -> Listing: ...

    def catalogue(self) -> dict[str, list[dict[str, object]]]:
        """All entries that can be ordered: by noun: specifications, images, volume_types, zones, ..."""
        ...

    def capacity(self, cloud: str | None = None, zone: str | None = None) -> list[Capacity]:
        """Per cloud in service, zone that it serves and dimension, in two statements."""
        ...

    def rating_summary(self, scope: Scope, now: datetime) -> RatingSummary:
        """What the ratings of a scope come to."""
        ...

    def quota_sums(self, scope: Scope) -> list[QuotaSum]:
        """Sums of the ledger's accounts in a scope, by cloud, zone and dimension, in one statement."""
        ...

    def progress_of(self, order_id: UUID, after: int = 0, limit: int = 500) -> list[ProgressRow]:
        """An order's lines after a cursor, in order."""
        ...

    def progress_since(self, after: int, limit: int = 1000) -> list[ProgressRow]:
        """All orders' lines after a cursor: what the one poller of the streams reads."""
        ...

    def last_progress(self) -> int:
        """The highest cursor."""
        ...

    def channels(self) -> list[ChannelRow]:
        """How each channel does through which something was sent, by name."""
        ...

    def gauges(self, now: datetime) -> dict[str, float]:
        """Figures for the metrics page: orders by state, notices pending, resources by kind and state."""
        ...

    def token_owner(self, digest: bytes) -> TokenOwner | None:
        """Who a token belongs to, in one statement."""
        ...

    def principals(self, deputy_id: UUID, now: datetime, login: str | None = None) -> list[Principal]:
        """Whom somebody acts for at that moment; only `login` where one is given. One statement."""
        ...

    def todo(self, actors: Sequence[Actor], limit: int) -> list[TodoRow]:
        """What waits for these actors, the most urgent first; one statement."""
        ...

    def kept_answer(self, account_id: UUID, key: str) -> KeptAnswer | None:
        """What was answered under an Idempotency-Key, if anything."""
        ...

    def check(self) -> None:
        """Asks the database for something cheap; raises what the driver raises."""
        ...


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed answer that a request got, and the request's fingerprint; None where no answer was kept."""

    fingerprint: bytes
    answer: bytes | None


class Principal(msgspec.Struct, frozen=True):
    """Somebody who has a deputy just now; `id` is the appointment's."""

    id: UUID
    account_id: UUID
    login: str
    department_id: UUID | None
    roles: frozenset[str]
    below: frozenset[UUID] = frozenset()


class TokenOwner(msgspec.Struct, frozen=True):
    """A token with its account, as authentication needs them."""

    account_id: UUID
    login: str
    department_id: UUID | None
    roles: frozenset[str]
    scopes: frozenset[str]
    locale: str
    active: bool
    expires_at: datetime
    revoked_at: datetime | None
    below: frozenset[UUID] = frozenset()


__all__ = [
    "AccessRow",
    "AccountRow",
    "AddressRow",
    "AdoptionRow",
    "AdoptionRuleRow",
    "AssessmentRow",
    "AttachmentRow",
    "AuditRow",
    "CampaignRow",
    "Capacity",
    "CardRow",
    "CaseRow",
    "ChannelRow",
    "ClearingRow",
    "CloudRow",
    "ColocationRow",
    "DepartmentRow",
    "DependencyRow",
    "DeputyRow",
    "DeviceRow",
    "DriftRow",
    "DueRow",
    "EmergencyRow",
    "EvidenceRow",
    "ExemptionRow",
    "FreezeRow",
    "InventoryChangeRow",
    "InventoryRow",
    "KeptAnswer",
    "LetterRow",
    "Listing",
    "MoveRow",
    "NetworkRow",
    "NoticeRow",
    "OpinionRow",
    "OrderRow",
    "Page",
    "PageAsk",
    "PrefixRow",
    "Principal",
    "ProgressRow",
    "PurposeRow",
    "Queries",
    "QuotaRow",
    "QuotaSum",
    "RackRow",
    "RatingRow",
    "RatingSummary",
    "ReadinessRow",
    "RoomRow",
    "Scope",
    "ServerRow",
    "ShadowCount",
    "ShadowRow",
    "SlipRow",
    "StepRow",
    "Subtree",
    "SweepRow",
    "SyncRow",
    "SystemDueRow",
    "SystemRow",
    "TakingRow",
    "TodoRow",
    "TokenOwner",
    "TokenRow",
    "TransferRow",
    "VerdictRow",
    "VolumeRow",
    "WasteRow",
    "WaveRow",
    "ZombieExemptionRow",
    "scope_of",
]
