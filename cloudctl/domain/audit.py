"""The audit trail: append-only events in canonical bytes, CADF-shaped (DMTF DSP0262).

An event is made in the transaction of the change it tells of. Sealing (numbering and chaining) happens afterwards:
`sealed_at` is there and null until then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Actor
from cloudctl.domain.identifiers import new_id

TAXONOMY = frozenset(
    {"create", "read", "update", "delete", "allow", "deny", "evaluate", "start", "stop", "authenticate"}
)


@dataclass(kw_only=True, eq=False)
class AuditEvent:
    """One state change. `record` is the canonical JSON; the other fields repeat what lists filter by."""

    id: UUID = field(default_factory=new_id)
    at: datetime
    actor: str
    action: str
    target_kind: str
    target_id: str
    department_id: UUID | None
    outcome: str
    record: bytes
    sealed_at: datetime | None = None


def event(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    target_kind: str,
    target_id: object,
    department_id: UUID | None = None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    reason: str | None = None,
    request_id: str | None = None,
    outcome: str = "success",
) -> AuditEvent:
    """An event whose `record` is canonical: keys sorted, no white space, UTF-8. `action` starts with a CADF word."""
    if action.split("/", maxsplit=1)[0] not in TAXONOMY:
        raise ValueError(f"{action!r} does not start with a word of the CADF action taxonomy")
    made = AuditEvent(
        at=at,
        actor=actor.name,
        action=action,
        target_kind=target_kind,
        target_id=str(target_id),
        department_id=department_id,
        outcome=outcome,
        record=b"",
    )
    made.record = msgspec.json.encode(
        {
            "typeURI": "http://schemas.dmtf.org/cloud/audit/1.0/event",
            "id": made.id,
            "eventType": "activity",
            "eventTime": at,
            "action": action,
            "outcome": outcome,
            "observer": {"id": "cloudctl", "typeURI": "service/cloudctl"},
            "initiator": {
                "id": str(actor.account_id or "cloudctl"),
                "name": actor.name,
                "roles": sorted(role.value for role in actor.roles),
                "typeURI": "data/security/account/user" if actor.account_id else "service/cloudctl",
                **_principal(actor),
            },
            "target": {"id": str(target_id), "typeURI": f"data/cloudctl/{target_kind}"},
            "department": department_id,
            "before": before,
            "after": after,
            "reason": reason,
            "request": request_id,
        },
        order="deterministic",
    )
    return made


def _principal(actor: Actor) -> dict[str, object]:
    """Whom a deputy acts for; nothing for who acts in his own name."""
    return {"actingFor": {"id": actor.for_account_id, "name": actor.for_name}} if actor.for_account_id else {}
