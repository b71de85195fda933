"""Clouds on record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from cloudctl.domain.clouds import Cloud
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import clouds


class CloudRecords(Records[Cloud]):
    """Clouds."""

    noun, what = Cloud, "cloud"

    def by_code(self, code: str) -> Cloud:
        found = remembered(self.session, ("cloud", code), lambda: self._one(select(Cloud).where(clouds.c.code == code)))
        return self._found(found, code)

    def lock(self, code: str) -> Cloud:
        one = select(Cloud).where(clouds.c.code == code).with_for_update().execution_options(populate_existing=True)
        return self._found(self._one(one), code)

    def all(self) -> Sequence[Cloud]:
        return remembered(self.session, ("clouds",), lambda: self._all(select(Cloud).order_by(clouds.c.code)))
