"""Departments: `/v1/departments`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.departments import (
    DepartmentChanges,
    DepartmentIn,
    DepartmentOut,
    MergerIn,
    PinIn,
    RetirementIn,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import DepartmentRow
from cloudctl.services import departments, mergers

router = APIRouter(tags=["departments"])

add_list(
    router,
    "/v1/departments",
    DepartmentRow,
    of=lambda queries: queries.departments,
    needs=Permission.DEPARTMENTS_READ,
    name="list_departments",
)


@router.post("/v1/departments", **answering(DepartmentOut, status=201, needs=Permission.DEPARTMENTS_WRITE))
def create_department(act: Acting, body: DepartmentIn) -> Response:
    """Puts a department on record."""
    return act.carry_out(DepartmentOut.of, departments.create, **body.fields())


@router.get("/v1/departments/{department_id}", **answering(DepartmentOut, needs=Permission.DEPARTMENTS_READ))
def get_department(request: Request, department_id: UUID) -> Response:
    """One department; a department sees itself."""
    return Caller(request).show(DepartmentOut.of, departments.get, department_id)


@router.patch(
    "/v1/departments/{department_id}",
    **answering(DepartmentOut, needs=Permission.DEPARTMENTS_WRITE, versioned=True),
)
def update_department(act: Acting, department_id: UUID, body: DepartmentChanges) -> Response:
    """Changes what is sent of a department."""
    return act.carry_out(
        DepartmentOut.of, departments.update, department_id, body.changes(), expected_version=act.expected_version
    )


@router.get("/v1/departments/{department_id}/history", **histories.answering(Permission.DEPARTMENTS_READ))
def list_department_history(request: Request, department_id: UUID) -> Response:
    """How a department became what it is: who changed which field when, newest first."""
    return histories.paged(request, departments.history, department_id)


@router.put(
    "/v1/departments/{department_id}/clouds",
    **answering(DepartmentOut, needs=Permission.DEPARTMENTS_WRITE, versioned=True),
)
def pin_department(act: Acting, department_id: UUID, body: PinIn) -> Response:
    """Pins a department to clouds: what it orders anew is built on them alone."""
    return act.carry_out(
        DepartmentOut.of, departments.pin, department_id, body.clouds, expected_version=act.expected_version
    )


@router.post(
    "/v1/departments/{department_id}/merge",
    **answering(DepartmentOut, needs=Permission.DEPARTMENTS_WRITE, versioned=True),
)
def merge_department(act: Acting, department_id: UUID, body: MergerIn) -> Response:
    """Merges a department into another one, which gets its systems; what it still has is named, and refuses it."""
    return act.carry_out(
        DepartmentOut.of, mergers.merge, department_id, **body.fields(), expected_version=act.expected_version
    )


@router.post(
    "/v1/departments/{department_id}/retire",
    **answering(DepartmentOut, needs=Permission.DEPARTMENTS_WRITE, versioned=True),
)
def retire_department(act: Acting, department_id: UUID, body: RetirementIn) -> Response:
    """Ends a department that has no successor; what it still has is named, and refuses it."""
    return act.carry_out(
        DepartmentOut.of, mergers.retire, department_id, **body.fields(), expected_version=act.expected_version
    )
