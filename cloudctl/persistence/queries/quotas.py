"""The list of the ledger's accounts."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import quotas
from cloudctl.ports.queries.rows import QuotaRow

QUOTAS = Listed(row=QuotaRow, table=quotas, scope=quotas.c.department_id)
