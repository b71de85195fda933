"""Answers kept under Idempotency-Keys, for acts that reach a cloud between their transactions."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine, bindparam, select

from cloudctl.persistence.tables import idempotency_keys
from cloudctl.ports.queries.identities import KeptAnswer

_KEPT = select(idempotency_keys.c.fingerprint, idempotency_keys.c.answer).where(
    idempotency_keys.c.account_id == bindparam("account_id"), idempotency_keys.c.key == bindparam("key")
)


def kept_answer(engine: Engine, account_id: UUID, key: str) -> KeptAnswer | None:
    """The sealed answer under a key."""
    with engine.connect() as connection:
        row = connection.execute(_KEPT, {"account_id": account_id, "key": key}).one_or_none()
    return None if row is None else KeptAnswer(fingerprint=row.fingerprint, answer=row.answer)
