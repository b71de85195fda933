"""The list of freeze windows, which everybody sees."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import freezes
from cloudctl.ports.queries.rows import FreezeRow

FREEZES = Listed(row=FreezeRow, table=freezes)
