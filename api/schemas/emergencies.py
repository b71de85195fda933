"""Emergencies: the order with the telephone approval, the record, the form that is handed in after the fact."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas.apps import AppCode, Release
from api.schemas.fields import In, Line, Name, Out, Text
from api.schemas.orders import EXAMPLE, OrderIn
from cloudctl.services.app_forms import AppForm

EMERGENCY: dict[str, Any] = {
    "order": EXAMPLE,
    "approver": "王海（副市长）",
    "approved_at": "2026-11-21T09:30:00+08:00",
    "note": "台风救灾物资系统，电话批准立即开通",
}
RELIEF: dict[str, Any] = {"blueprint": "emergency", "code": "fgw-relief", "parameters": {"title": "台风救灾"}}


class EmergencyAppIn(In):
    """What is to run on the servers of the order, for its system; what is left out is taken from the blueprint."""

    model_config = ConfigDict(json_schema_extra={"examples": [RELIEF]})

    blueprint: Name
    code: AppCode
    name: Line | None = None
    release: Release | None = None
    size: Line | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)

    def form(self, zone: str) -> AppForm:
        """As the use case takes it."""
        return AppForm(zone=zone, **self.fields())


class EmergencyIn(In):
    """An order that was approved by telephone: who gave the word, when, and what was said.

    With `raise_quota` the department's limits are raised to what the order needs; that takes the right to set quotas.
    With `app` it does not end with servers: the application is deployed on them once they are there.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{**EMERGENCY, "app": RELIEF}]})

    order: OrderIn
    approver: Name
    approved_at: AwareDatetime
    note: Annotated[str, Field(min_length=1, max_length=4000)]
    raise_quota: bool = False
    app: EmergencyAppIn | None = None


class PaperIn(In):
    """The signed form, by its document number (文号)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document_number": "应急〔2026〕3号"}]})

    document_number: Name


class RefusalIn(In):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "缺少单位公章"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class RemarkIn(In):
    """Words for the record, if any."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "材料齐全"}]})

    reason: Text | None = None


class EmergencyOut(Out, frozen=True, kw_only=True):
    """The record of an emergency; the signed form is owed until `due_at`, and `late` says that it was not in."""

    id: UUID
    number: str
    order_id: UUID
    department_id: UUID
    approver: str
    approved_at: datetime
    noted_by: UUID
    note: str
    due_at: datetime
    state: str
    late: bool
    document_number: str | None
    signed_by: UUID | None
    signed_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    created_at: datetime
    version: int
