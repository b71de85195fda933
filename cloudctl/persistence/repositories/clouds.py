"""Clouds on record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from cloudctl.domain.clouds import Cloud
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import clouds


class CloudRecords(Records[Cloud]):
    """Clouds."""

    noun, what = Cloud, "cloud"

    def by_code(self, code: str) -> Cloud:
        return self._found(self._one(select(Cloud).where(clouds.c.code == code)), code)

    def all(self) -> Sequence[Cloud]:
        return self._all(select(Cloud).order_by(clouds.c.code))
