"""Transfers between departments."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.transfers import Transfer
from cloudctl.persistence.repositories.records import Records, count_up


class TransferRecords(Records[Transfer]):
    """Transfers."""

    noun, what = Transfer, "transfer"

    def lock(self, key: UUID) -> Transfer:
        return self._locked(key)

    def next_number(self, year: int) -> str:
        return f"HZ{year}-{count_up(self.session, f'transfers/{year}'):04d}"
