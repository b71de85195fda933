"""Attachments of orders; the bytes are in the file store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.attachments import Attachment
from cloudctl.ports.repositories.base import Repository


class Attachments(Repository[Attachment], Protocol):
    """Attachments of orders; the bytes are in the file store."""

    def of_order(self, order_id: UUID) -> Sequence[Attachment]: ...
    def remove(self, attachment: Attachment) -> None: ...
    def named(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests that some attachment has, or some evidence."""
        ...
