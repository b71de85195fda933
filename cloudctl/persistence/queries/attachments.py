"""The list of attachments."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import attachments
from cloudctl.ports.queries.rows import AttachmentRow

ATTACHMENTS = Listed(row=AttachmentRow, table=attachments, scope=attachments.c.department_id)
