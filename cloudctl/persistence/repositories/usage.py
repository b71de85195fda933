"""Looks at clouds' counters, in one session."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from cloudctl.domain.usage import UsageSample
from cloudctl.persistence.repositories.records import unless_there
from cloudctl.persistence.tables import usage_samples
from cloudctl.persistence.types import Instant

_LATEST = select(func.max(usage_samples.c.at, type_=Instant)).where(usage_samples.c.cloud == bindparam("of"))


class UsageRecords:
    """Implements `ports.repositories.usage.UsageSamples`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, sample: UsageSample) -> None:
        connection = self.session.connection()
        connection.execute(unless_there(usage_samples, connection.dialect.name), asdict(sample))

    def latest(self, cloud: str) -> datetime | None:
        at: datetime | None = self.session.connection().execute(_LATEST, {"of": cloud}).scalar_one()
        return at

    def forget_before(self, cloud: str, moment: datetime) -> int:
        old = delete(usage_samples).where(usage_samples.c.cloud == cloud, usage_samples.c.at < moment)
        return self.session.connection().execute(old).rowcount
