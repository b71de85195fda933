"""Catalogue entries by code; each raises NotFound for an unknown code, retired ones included on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone


class Catalogue(Protocol):
    """Catalogue entries by code; each raises NotFound for an unknown code, retired ones included on demand."""

    def specification(self, code: str) -> Specification: ...
    def image(self, code: str) -> Image: ...
    def volume_type(self, code: str) -> VolumeType: ...

    def images_for(self, architecture: str) -> Sequence[Image]:
        """Images of an architecture that can be ordered, by code."""
        ...

    def zone(self, code: str) -> Zone: ...

    def lock_zone(self, code: str) -> Zone:
        """By code and fresh; nobody else hands out what it has until the transaction ends."""
        ...

    def classification(self, code: str) -> Classification: ...
    def security_package(self, code: str) -> SecurityPackage: ...
    def add(self, entry: Specification | Image | VolumeType | Zone | Classification | SecurityPackage) -> None: ...
