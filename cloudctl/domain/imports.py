"""Imports (导入): forms that were handed in as workbooks, by the digest of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id


@dataclass(kw_only=True, eq=False)
class Import:
    """One file of a department. `turn` counts how often this very file was taken; `orders` are the numbers made of it.

    The file itself is not kept: `digest` (SHA-256, hexadecimal) is enough to know it again.
    """

    id: UUID = field(default_factory=new_id)
    department_id: UUID
    digest: str
    turn: int = 1
    account_id: UUID
    orders: list[str]
    created_at: datetime
