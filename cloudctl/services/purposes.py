"""What systems and servers are for, as their departments declare it: `declare`; and its history, which is a list.

A declaration made while a verdict calls the system suspicious is taken, and keeps that mark.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Invalid
from cloudctl.domain.purposes import DeclaredPurpose, Purpose
from cloudctl.domain.resources import ResourceKind
from cloudctl.domain.verdicts import SUSPICIOUS
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork


def declare(
    ctx: Context, request: Request, system_id: UUID, *, purpose: Purpose, reason: str, server_id: UUID | None = None
) -> DeclaredPurpose:
    """Says what a system, or one of its servers, is for; it stands until the next declaration.

    Raises Invalid, naming the field, for a reason that says nothing, or a server of another system.
    """
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    refuse_secret(None, {"reason": reason})
    if actor.account_id is None:
        raise Invalid("A purpose is declared by a person.", field="declared_by", way_out="Log in as the department.")
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        actor.require_sight(system.department_id, "system", system_id)
        if server_id is not None:
            _check_server(uow, system_id, server_id)
        last = uow.verdicts.of_system(system_id)
        declared = DeclaredPurpose(
            system_id=system_id,
            server_id=server_id,
            department_id=system.department_id,
            purpose=purpose,
            reason=reason.strip(),
            suspected=last is not None and last.state in SUSPICIOUS,
            declared_by=actor.account_id,
            for_account_id=actor.for_account_id,
            created_at=uow.now,
        )
        before = [one for one in uow.purposes.of_system(system_id) if one.server_id == server_id]
        uow.purposes.add(declared)
        uow.audit(
            "update/purpose",
            "system",
            system_id,
            department_id=system.department_id,
            before={"purpose": before[-1].purpose.value} if before else None,
            after={
                "system": system.code, "server": server_id, "purpose": purpose.value, "suspected": declared.suspected,
            },
            reason=declared.reason,
        )  # fmt: skip
        return uow.answer(declared)


def _check_server(uow: UnitOfWork, system_id: UUID, server_id: UUID) -> None:
    server = uow.resources.get(server_id)
    uow.actor.require_sight(server.department_id, "server", server_id)
    if server.KIND is not ResourceKind.SERVER or server.system_id != system_id:
        raise Invalid("It is no server of this system.", field="server_id", way_out="Name one of its own servers.")
