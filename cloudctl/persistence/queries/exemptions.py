"""The list of exemptions."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import exemptions
from cloudctl.ports.queries.rows import ExemptionRow

EXEMPTIONS = Listed(row=ExemptionRow, table=exemptions, scope=exemptions.c.department_id)
