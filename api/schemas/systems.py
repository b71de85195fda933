"""Systems, with the fields of the survey form (domain/surveys.py)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import UNSET, Changes, In, Out
from api.schemas.register import DoubtOut, changing, showing, taking
from cloudctl.domain.surveys import REGISTER_FIELDS

_FIXED = frozenset({"code", "department_id"})


@taking(REGISTER_FIELDS, optional={"department_id": None, "status": "in_use", "xinchuang": False})
class SystemIn(In):
    """A system to register. A department registers its own; the office names the department.

    `no_state_secrets` declares that no state secrets (涉密) are handled; without it nothing is kept. `xinchuang` says
    that the system has to run on domestic processors and systems (信创). `status` is what the department claims. Money
    is in fen.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "spt", "name": "投资项目在线审批监管平台", "mlps_level": 2, "no_state_secrets": True}]
        }
    )

    no_state_secrets: bool | None = None


@changing(REGISTER_FIELDS, without=_FIXED)
class SystemChanges(Changes):
    """What of a system can change; `no_state_secrets` declares anew, `status` has to be within one step of its life."""

    xinchuang: bool = UNSET
    no_state_secrets: bool = UNSET


@showing(REGISTER_FIELDS)
class SystemOut(Out, frozen=True, kw_only=True):
    """A system, who declared when that it handles no state secrets, and what on its record is hardly right.

    `lacks` names what the self-inventory (国办发〔2017〕39号) asks for and nobody has filled in.
    """

    id: UUID
    no_state_secrets: bool
    declared_by: str | None
    declared_at: datetime | None
    lacks: list[str]
    doubts: list[DoubtOut]
    created_at: datetime
    version: int
    xinchuang: bool

    @classmethod
    def seen(cls, entity: Any, today: date) -> Self:
        """This shape of a system, judged on the people's day `today`."""
        doubts = [DoubtOut.of(doubt) for doubt in entity.doubts(today)]
        return cls(**cls.copied(entity, "doubts"), doubts=doubts)
