"""Exemptions, those in force for a department."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.exemptions import Exemption
from cloudctl.ports.repositories.base import Repository


class Exemptions(Repository[Exemption], Protocol):
    """Exemptions, those in force for a department."""

    def in_force(self, department_id: UUID, now: datetime) -> Sequence[Exemption]: ...
