"""What every list is asked with, and answers: a scope, a filter, a page."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Actor


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
