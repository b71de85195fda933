"""The list of audit events; their canonical bytes pass through untouched."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import audit_events
from cloudctl.ports.queries.rows import AuditRow

AUDIT = Listed(row=AuditRow, table=audit_events, scope=audit_events.c.department_id)
