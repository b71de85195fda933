"""Secrets of hosts, systems and applications."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.secrets import Secret
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import secrets


class SecretRecords(Records[Secret]):
    """Secrets."""

    noun, what = Secret, "secret"

    def of(self, owner_id: UUID, name: str) -> Secret | None:
        mine = select(Secret).where(secrets.c.owner_id == owner_id, secrets.c.name == name)
        return self._one(mine.with_for_update().execution_options(populate_existing=True))

    def of_owners(self, owners: Collection[UUID]) -> Sequence[Secret]:
        theirs = select(Secret).where(secrets.c.owner_id.in_(owners))
        return self._all(theirs.order_by(secrets.c.owner_id, secrets.c.name))

    def under_other_keys(self, key_id: str, limit: int) -> Sequence[Secret]:
        old = select(Secret).where(secrets.c.key_id != key_id).order_by(secrets.c.id).limit(limit)
        return self._all(old.with_for_update().execution_options(populate_existing=True))

    def remove(self, secret: Secret) -> None:
        self.session.delete(secret)
