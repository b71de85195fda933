"""The catalogue. Retired entries are found too: records name them, and whoever orders looks at `retired`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import missing
from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import record
from cloudctl.persistence.tables import images

E = TypeVar("E", Specification, Image, VolumeType, Zone, Classification, SecurityPackage)


class CatalogueRecords:
    """All six nouns of the catalogue, by code."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def specification(self, code: str) -> Specification:
        return self._entry(Specification, "specification", code)

    def image(self, code: str) -> Image:
        return self._entry(Image, "image", code)

    def images_for(self, architecture: str) -> Sequence[Image]:
        fitting = select(Image).where(images.c.architecture == architecture, images.c.retired == false())
        return self.session.scalars(fitting.order_by(images.c.code)).all()

    def volume_type(self, code: str) -> VolumeType:
        return self._entry(VolumeType, "volume type", code)

    def zone(self, code: str) -> Zone:
        return self._entry(Zone, "zone", code)

    def lock_zone(self, code: str) -> Zone:
        entry = self.session.get(Zone, code, with_for_update=True, populate_existing=True)
        if entry is None:
            raise missing("zone", code)
        return entry

    def classification(self, code: str) -> Classification:
        return self._entry(Classification, "classification", code)

    def security_package(self, code: str) -> SecurityPackage:
        return self._entry(SecurityPackage, "security package", code)

    def add(self, entry: Specification | Image | VolumeType | Zone | Classification | SecurityPackage) -> None:
        record(self.session, entry)

    def _entry(self, noun: type[E], what: str, code: str) -> E:
        entry: E | None = remembered(self.session, (what, code), lambda: self.session.get(noun, code))
        if entry is None:
            raise missing(what, code)
        return entry
