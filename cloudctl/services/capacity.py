"""Capacity: its figures are put on record by the day, so that a trend can be told."""

from __future__ import annotations

from datetime import timedelta

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.capacity import Sample
from cloudctl.ports.context import Context, Request

KEEP_DAYS = 2 * 366


def sample(ctx: Context, request: Request) -> int:
    """Puts today's figures on record, and what is in use by the inventory; answers how many samples.

    A second call on the same day overwrites the first: what stands at the end of a day counts.
    """
    rows = ctx.queries.capacity()
    samples = [Sample(row.cloud, row.zone, row.dimension, row.held + row.committed) for row in rows]
    with ctx.unit_of_work(request) as uow:
        today = today_for_people(uow.now)
        uow.capacity.sample(today, samples)
        uow.capacity.see(list(uow.capacity.sightings()))
        uow.capacity.forget_before(today - timedelta(days=KEEP_DAYS))
    return len(samples)
