"""The list of evidence."""

from __future__ import annotations

from sqlalchemy import func

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import accounts, cases, evidence, rooms, systems
from cloudctl.ports.queries.rows.evidence import EvidenceRow

EVIDENCE = Listed(
    row=EvidenceRow,
    table=evidence,
    source=evidence.outerjoin(systems, systems.c.id == evidence.c.subject_id)
    .outerjoin(rooms, rooms.c.id == evidence.c.subject_id)
    .outerjoin(cases, cases.c.id == evidence.c.subject_id)
    .outerjoin(accounts, accounts.c.id == evidence.c.by),
    scope=evidence.c.department_id,
    others={"subject": func.coalesce(systems.c.code, rooms.c.code, cases.c.number), "by": accounts.c.name},
)
