"""From when departments are ready to move: said by the office, with the reason; a plan takes it up."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.domain.waves import Readiness
from cloudctl.ports.context import Context, Request
from cloudctl.services.mergers import standing


def put(ctx: Context, request: Request, department_id: UUID, *, ready_on: date, reason: str) -> Readiness:
    """Says from when a department is ready; a second call changes the day."""
    actor = request.actor
    actor.require(Permission.CONSOLIDATION_WRITE)
    actor.require_sight(department_id, "department", department_id)
    if not reason.strip():
        raise Invalid("A day of readiness needs a reason.", field="reason", way_out="Say why not before.")
    if actor.account_id is None:
        raise Invalid("Readiness is said by a person.", field="set_by", way_out="Log in as the office.")
    with ctx.unit_of_work(request) as uow:
        standing(uow, department_id, "department_id")
        found = uow.readiness.of_department(department_id)
        before: dict[str, object] | None = None
        if found is None:
            found = Readiness(
                department_id=department_id,
                ready_on=ready_on,
                reason=reason.strip(),
                set_by=actor.account_id,
                created_at=uow.now,
            )
            uow.readiness.add(found)
        else:
            before = {"ready_on": found.ready_on}
            found.ready_on, found.reason, found.set_by = ready_on, reason.strip(), actor.account_id
        uow.audit(
            "update/readiness",
            "department",
            department_id,
            department_id=department_id,
            before=before,
            after={"ready_on": ready_on},
            reason=found.reason,
        )
        return uow.answer(found)
