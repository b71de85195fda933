"""What is deleted after a while, for a schedule.

forgotten = forget_answers(engines.write, clock.now())
forgotten = forget_attempts(engines.write, clock.now() - timedelta(days=90))
forgotten = forget_changes(engines.write, clock.now() - timedelta(days=400))
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, exists

from cloudctl.persistence.tables import idempotency_keys, inventory_changes, notice_attempts, run_events

ANSWERS_KEPT = timedelta(days=7)


def forget_answers(engine: Engine, now: datetime) -> int:
    """Deletes the Idempotency-Keys, with their sealed answers, that are older than ANSWERS_KEPT; says how many."""
    old = delete(idempotency_keys).where(idempotency_keys.c.created_at < now - ANSWERS_KEPT)
    with engine.begin() as connection:
        return connection.execute(old).rowcount


def forget_attempts(engine: Engine, before: datetime) -> int:
    """Deletes the attempts to send notices that are older than `before`; the notices stay. Says how many."""
    old = delete(notice_attempts).where(notice_attempts.c.at < before)
    with engine.begin() as connection:
        return connection.execute(old).rowcount


def forget_run_lines(engine: Engine, before: datetime) -> int:
    """Deletes the live lines of runs that are older than `before`; the run and its whole log stay. Says how many."""
    old = delete(run_events).where(run_events.c.at < before)
    with engine.begin() as connection:
        return connection.execute(old).rowcount


def forget_changes(engine: Engine, before: datetime) -> int:
    """Deletes what changed of the clouds' objects before that; the last change of each stays. Says how many."""
    later = inventory_changes.alias("later")
    followed = exists().where(later.c.object_id == inventory_changes.c.object_id, later.c.id > inventory_changes.c.id)
    old = delete(inventory_changes).where(inventory_changes.c.at < before, followed)
    with engine.begin() as connection:
        return connection.execute(old).rowcount
