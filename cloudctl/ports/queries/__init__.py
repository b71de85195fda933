"""The reads: lists and reports, straight from rows into typed structs.

Every list takes the caller's scope (a department's id, or None for who sees all), a filter and a page, and costs at
most two statements at any page size. Nothing here changes anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.quotas import Dimension
from cloudctl.ports.queries.rows import (
    AccountRow,
    AddressRow,
    AuditRow,
    CloudRow,
    DepartmentRow,
    ExemptionRow,
    NetworkRow,
    NoticeRow,
    OrderRow,
    PrefixRow,
    ProgressRow,
    QuotaRow,
    ServerRow,
    SystemRow,
    TokenRow,
    VolumeRow,
)


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

    def page(self, scope: UUID | None, filters: dict[str, object], ask: PageAsk) -> Page:
        """Rows of the scope, newest first; raises Invalid for an unknown filter or a broken cursor."""
        ...


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What a cloud has of one dimension: `total` with over-commit (None: unbounded), used by holds and commits."""

    cloud: str
    dimension: Dimension
    total: int | None
    held: int
    committed: int


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
    def exemptions(self) -> Listing: ...
    @property
    def audit(self) -> Listing: ...
    @property
    def notices(self) -> Listing: ...

    def catalogue(self) -> dict[str, list[dict[str, object]]]:
        """All entries that can be ordered: specifications, images, volume_types, zones, classifications."""
        ...

    def capacity(self, cloud: str | None = None) -> list[Capacity]:
        """Per cloud and dimension."""
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

    def gauges(self, now: datetime) -> dict[str, float]:
        """Figures for the metrics page: orders by state, notices pending, resources by kind and state."""
        ...

    def token_owner(self, digest: bytes) -> TokenOwner | None:
        """Who a token belongs to, in one statement."""
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


__all__ = [
    "AccountRow",
    "AddressRow",
    "AuditRow",
    "Capacity",
    "CloudRow",
    "DepartmentRow",
    "ExemptionRow",
    "KeptAnswer",
    "Listing",
    "NetworkRow",
    "NoticeRow",
    "OrderRow",
    "Page",
    "PageAsk",
    "PrefixRow",
    "ProgressRow",
    "Queries",
    "QuotaRow",
    "ServerRow",
    "SystemRow",
    "TokenOwner",
    "TokenRow",
    "VolumeRow",
]
