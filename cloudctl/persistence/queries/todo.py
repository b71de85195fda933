"""What waits for somebody: one union over what makes people wait, sorted by due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, select, union_all

from cloudctl.domain.accounts import Actor
from cloudctl.domain.calendars import today_for_people
from cloudctl.persistence.queries.waiting import heaps, matters, orders
from cloudctl.ports.queries.rows import TodoRow


def todo(engine: Engine, actors: Sequence[Actor], limit: int, now: datetime) -> list[TodoRow]:
    """What waits for these actors (a person, and as deputy of others), the most urgent first; one statement."""
    parts = [
        part
        for actor in actors
        for part in (
            *(orders.part(source, actor) for source in orders.SOURCES if source.needs in actor.permissions),
            *(matters.part(matter, actor) for matter in matters.MATTERS if matter.needs in actor.permissions),
            *(rows(actor) for needs, rows in heaps.MANY if needs & actor.permissions),
        )
    ]
    if not parts:
        return []
    waiting = union_all(*parts).subquery()
    columns = [waiting.c[name] for name in TodoRow.__struct_fields__]
    urgency = (waiting.c.due_at.is_(None), waiting.c.due_at, waiting.c.number, waiting.c.source)
    with engine.connect() as connection:
        times = {"soon": today_for_people(now) + matters.SOON, "now": now}
        return [TodoRow(*row) for row in connection.execute(select(*columns).order_by(*urgency).limit(limit), times)]
