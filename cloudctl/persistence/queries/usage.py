"""Looks at clouds' counters, read in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, bindparam, select

from cloudctl.domain.usage import UsageSample
from cloudctl.persistence.tables import usage_samples
from cloudctl.persistence.types import Instant

_u = usage_samples.c
_OF = _u.cloud == bindparam("of")
_MOMENTS = (
    select(_u.at)
    .where(_OF, _u.at >= bindparam("since", type_=Instant), _u.at < bindparam("until", type_=Instant))
    .order_by(_u.at)
)
_SAMPLE = select(usage_samples).where(_OF, _u.at == bindparam("moment", type_=Instant))
_LATEST = select(_u.cloud, _u.at, _u.servers, _u.error).where(_OF).order_by(_u.at.desc()).limit(1)


class UsageReader:
    """Implements `ports.queries.usage.UsageSamples`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def samples(self, cloud: str, since: datetime, until: datetime) -> Iterator[UsageSample]:
        # One at a time, each in a moment: what is done with it between takes its time, and holds no connection.
        with self._engine.connect() as connection:
            span = {"of": cloud, "since": since, "until": until}
            moments = connection.execute(_MOMENTS, span).scalars().all()
        for moment in moments:
            with self._engine.connect() as connection:
                row = connection.execute(_SAMPLE, {"of": cloud, "moment": moment}).mappings().one_or_none()
            if row is not None:
                yield UsageSample(**row)

    def latest(self, cloud: str) -> UsageSample | None:
        with self._engine.connect() as connection:
            row = connection.execute(_LATEST, {"of": cloud}).mappings().one_or_none()
        return None if row is None else UsageSample(**row)
