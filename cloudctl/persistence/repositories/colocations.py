"""Colocations."""

from __future__ import annotations

from cloudctl.domain.colocations import Colocation
from cloudctl.persistence.repositories.fittings import FittingRecords


class ColocationRecords(FittingRecords[Colocation]):
    """Colocations."""

    noun, what = Colocation, "colocation"
