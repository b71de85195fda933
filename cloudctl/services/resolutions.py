"""What a decision on a finding of drift does to our records, within the decision's transaction.

Accepting makes the record say what the cloud has, and books the difference; growth may pass the limit, as with an
adoption. Restoring and releasing claim the record first. What is released stays restorable for its retention: also what
was on no record, which is put on record for that.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.adoptions import Target, record_of
from cloudctl.domain.drift import DriftAct, DriftKind, Finding
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.freezes import Bound
from cloudctl.domain.identifiers import derived_id
from cloudctl.domain.inventory import ObjectKind, Recorded, object_id
from cloudctl.domain.quotas import Demand
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import adoptions, freezes
from cloudctl.services.retention import end, retain

FOUND = "record_id"
"""What the evidence of a finding calls the record that was made, or taken up again, to release what was on none."""


def accept(ctx: Context, uow: UnitOfWork, finding: Finding) -> None:
    """The record follows the cloud; where there is nothing to follow the finding is only noted as decided."""
    if finding.kind is DriftKind.MISSING:
        end(ctx, uow, _own(uow, finding), "lose")
    elif finding.kind is DriftKind.CHANGED:
        resource = _own(uow, finding)
        before = resource.footprint
        _follow(uow, finding, resource)
        _book(uow, resource, before)


def adopt(ctx: Context, uow: UnitOfWork, finding: Finding, code: str | None, term_months: int) -> None:
    """An adoption of this one object, and what goes along with it, is on record and under way."""
    system = None if code is None else uow.systems.by_code(code)
    if system is None:
        raise Invalid(
            "To adopt {name} a system is named that it becomes part of.",
            field="system",
            way_out="Give the code of one: `cloudctl systems list`.",
            name=finding.name,
        )
    assert finding.object_id is not None, finding.kind
    target = Target(department_id=system.department_id, system_id=system.id, term_months=term_months)
    adoption = adoptions.take_one(ctx, uow, finding.object_id, target)
    finding.evidence = finding.evidence | {"adoption": adoption.number}


def claim_to_restore(uow: UnitOfWork, finding: Finding) -> None:
    """Nobody changes it until the cloud has it back; raises Conflict for what no cloud can take back."""
    resource = _own(uow, finding)
    ours, theirs = _fields(finding).get("disk_gib", (0, 0))
    if theirs > ours:
        raise Conflict(
            "{name} has {theirs} GiB and cannot be made smaller.",
            field="by",
            way_out="Accept it, or release it and order a smaller one.",
            name=resource.name,
            theirs=theirs,
        )
    resource.claim(finding.id, "id")


def claim_to_release(uow: UnitOfWork, finding: Finding, department: str | None) -> None:
    """On record as being released, and claimed; what was on no record is put on record as `department`'s first."""
    if finding.resource_id is None:
        resource = _recorded(uow, finding, department)
        finding.evidence = finding.evidence | {FOUND: str(resource.id)}
        resource.advance("recover")
        resource.gone_at = resource.purge_after = None
        uow.quotas.adopt(resource.department_id, resource.cloud, resource.zone, resource.footprint)
    else:
        resource = _own(uow, finding)
        if resource.protected:
            raise Conflict(
                "{name} is protected from release.",
                field="by",
                way_out="Its department head takes the protection off: `cloudctl resources unprotect`.",
                name=resource.name,
            )
        resource.advance("release")
    freezes.refuse_frozen(uow, {Bound.RELEASES}, resource.zone)
    resource.claim(finding.id, "id")
    uow.audit(
        "start/release",
        resource.KIND.value,
        resource.id,
        department_id=resource.department_id,
        after={"finding": finding.id, "state": resource.state, "backend_id": resource.backend_id},
        reason=finding.reason,
    )


def finish(ctx: Context, uow: UnitOfWork, finding: Finding) -> None:
    """What the cloud confirmed goes on record."""
    resource = subject(uow, finding)
    if finding.act is DriftAct.RELEASE:
        retain(ctx, uow, resource, finding.id)
    resource.unclaim(finding.id)
    uow.audit(
        f"update/{finding.act}",
        resource.KIND.value,
        resource.id,
        department_id=resource.department_id,
        after={"finding": finding.id, "state": resource.state},
    )


def take_back(uow: UnitOfWork, finding: Finding) -> None:
    """The record as it was before the act, which the cloud did not carry out."""
    resource = subject(uow, finding)
    if resource.state == "releasing" and finding.resource_id is None:
        resource.advance("undo")
        resource.gone_at = uow.now
        uow.quotas.free(resource.department_id, resource.cloud, resource.zone, resource.footprint, order_id=None)
    elif resource.state == "releasing":
        resource.advance("activate")
    resource.unclaim(finding.id)


def subject(uow: UnitOfWork, finding: Finding) -> Resource:
    """The record that an act is carried out on, locked."""
    found = finding.evidence.get(FOUND)
    key = UUID(found) if found else finding.resource_id
    assert key is not None, finding.kind
    return uow.resources.lock(key)


def _own(uow: UnitOfWork, finding: Finding) -> Resource:
    """The record that the finding is about, while no order is at work on it."""
    resource = subject(uow, finding)
    if resource.claimed_by is not None:
        resource.claim(finding.id, "id")
    if resource.state not in {"active", "retained"}:
        raise Conflict(
            "{name} is {state}: an order is at work on it.",
            field="id",
            way_out="Wait for the order to end.",
            name=resource.name,
            state=resource.state,
        )
    return resource


def _fields(finding: Finding) -> dict[str, tuple[Any, Any]]:
    return {name: (pair[0], pair[1]) for name, pair in finding.facts.get("fields", {}).items()}


def _follow(uow: UnitOfWork, finding: Finding, resource: Resource) -> None:
    """Takes every field over; raises Conflict for one that no record can hold."""
    fields = _fields(finding)
    for name, (_, theirs) in fields.items():
        if not _taken(uow, resource, name, theirs):
            raise Conflict(
                "No record of ours can say that {name} has {aspect} {value}.",
                field="by",
                way_out="Restore it, or have it mended in the cloud.",
                name=resource.name,
                aspect=name,
                value=str(theirs),
            )
    if isinstance(resource, Server) and {"vcpu", "memory_mib", "disk_gib"} & fields.keys():
        resource.specification = None  # no entry of the catalogue any longer, until an order gives it one
    uow.audit(
        "update/accept",
        resource.KIND.value,
        resource.id,
        department_id=resource.department_id,
        before={name: ours for name, (ours, _) in fields.items()},
        after={name: theirs for name, (_, theirs) in fields.items()},
        reason=finding.reason,
    )


def _taken(uow: UnitOfWork, resource: Resource, name: str, value: Any) -> bool:
    """Whether the record can hold what the cloud has; if so, it does."""
    match resource, name:
        case Server(), "vcpu" | "memory_mib":
            setattr(resource, name, value)
        case Server(), "disk_gib":
            resource.root_disk_gib = value
        case Server(), "power" if value in {"on", "off"}:
            resource.power = value
        case Server(), "networks" if len(value) == 1:
            resource.network_id = _standing(uow, resource, ObjectKind.NETWORK, value[0])
        case Volume(), "disk_gib":
            resource.size_gib = value
        case Volume(), "server":
            resource.server_id = None if value is None else _standing(uow, resource, ObjectKind.SERVER, value)
        case Address(), "server" if value is not None:
            resource.server_id = _standing(uow, resource, ObjectKind.SERVER, value)
        case _:
            return False
    return True


def _standing(uow: UnitOfWork, resource: Resource, kind: ObjectKind, native_id: str) -> UUID:
    """Our record of what it hangs on in the cloud, of the same department; raises Conflict where there is none."""
    found = uow.inventory.some([object_id(resource.cloud, kind, native_id)])
    key = found[0].resource_id if found else None
    other = None if key is None else uow.resources.get(key)
    if other is None or other.department_id != resource.department_id:
        raise Conflict(
            "{name} hangs on the {kind} {native_id}, which is not on record as its department's.",
            field="by",
            way_out="Adopt that first, or restore {name}.",
            name=resource.name,
            kind=kind.value,
            native_id=native_id,
        )
    return other.id


def _book(uow: UnitOfWork, resource: Resource, before: Demand) -> None:
    """Growth past the limit if need be, and what shrank is free again."""
    change = resource.footprint + Demand({dimension: -amount for dimension, amount in before.items()})
    place = (resource.department_id, resource.cloud, resource.zone)
    uow.quotas.adopt(*place, change.growth())
    uow.quotas.free(*place, change.shrinking(), order_id=None)


def _recorded(uow: UnitOfWork, finding: Finding, department: str | None) -> Resource:
    """A record for what is on none: that of an earlier try, the one whose key it carries, else a new one."""
    assert finding.object_id is not None
    (found,) = uow.inventory.some([finding.object_id])
    thing = found.object
    carried = thing.key if finding.kind is DriftKind.LEAKED and "record" in finding.facts else None
    earlier = finding.evidence.get(FOUND)
    if key := UUID(earlier) if earlier else carried:
        resource = uow.resources.lock(key)
        resource.backend_id = thing.native_id
        return resource
    resource = _new(uow, finding, found, _owner(uow, finding, department))
    uow.resources.add(resource)
    return resource


def _owner(uow: UnitOfWork, finding: Finding, department: str | None) -> UUID:
    known = None if department is None else uow.departments.by_code(department)
    owner = known.id if known else finding.department_id if department is None else None
    if owner is None:
        raise Invalid(
            "Whose {name} is to be until it is deleted is not known.",
            field="department",
            way_out="Name the department by its code; the office's own, if it is nobody's.",
            name=finding.name,
        )
    return owner


def _new(uow: UnitOfWork, finding: Finding, found: Recorded, owner: UUID) -> Resource:
    thing = found.object
    cloud = uow.clouds.by_code(finding.cloud)
    shared: dict[str, Any] = {
        # A key of ours that no record has stays its key; a copy's is another's, and it gets its own.
        "id": thing.key if finding.kind is DriftKind.LEAKED else derived_id(finding.id, "record"),
        "order_id": None,
        "item": 0,
        "department_id": owner,
        "system_id": None,
        "cloud": finding.cloud,
        "zone": min(cloud.zones),
        "name": thing.name,
        "backend_id": thing.native_id,
        "tenant": thing.tenant,
        "created_at": uow.now,
    }
    record = record_of(thing, shared)
    if record is None:
        raise Conflict(
            "A {kind} on no record cannot be kept for a retention.",
            field="by",
            way_out="Have it deleted in the cloud by who runs it.",
            kind=thing.kind.value,
        )
    return record
