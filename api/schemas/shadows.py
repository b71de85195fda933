"""Shadow systems, and what is handed in to find them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, MlpsLevel, Name, Out
from cloudctl.domain.shadows import ShadowAct, ShadowKind, ShadowSubject, Turn
from cloudctl.domain.sweeps import MOST_ENTRIES, SweepKind
from cloudctl.services.shadows import Explained, Founding

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
_REASON = {"reason": "经核实为办公系统的一部分"}


class ListeningIn(In):
    """A socket that something listens on."""

    protocol: Annotated[str, Field(max_length=16)] = "tcp"
    address: Annotated[str, Field(max_length=64)] = ""
    port: Annotated[int, Field(ge=1, le=65535)]
    process: Annotated[str, Field(max_length=200)] = ""
    user: Annotated[str, Field(max_length=200)] = ""


class HostIn(In):
    """A host that was looked into; `native_id` is its SMBIOS UUID. `reached` false: nothing is known of it."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    addresses: Annotated[list[str], Field(max_length=64)] = Field(default_factory=list)
    native_id: Annotated[str, Field(max_length=64)] | None = None
    reached: bool = True
    listening: Annotated[list[ListeningIn], Field(max_length=2000)] = Field(default_factory=list)


class DnsRecordIn(In):
    """A name and what it points at."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    type: Annotated[str, Field(min_length=1, max_length=16)]
    value: Annotated[str, Field(min_length=1, max_length=4000)]


class CertificateIn(In):
    """A certificate, and the address where it was met."""

    names: Annotated[list[str], Field(min_length=1, max_length=1000)]
    serial: Annotated[str, Field(max_length=200)] = ""
    issuer: Annotated[str, Field(max_length=1000)] = ""
    ends_on: date | None = None
    address: Annotated[str, Field(max_length=64)] = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 443


class SweepIn(In):
    """A sweep, the whole of its source: hosts of `services`, records of `dns`, certificates of `certificates`.

    `dns` may also be a `zone_file` (RFC 1035). A list of less than half of the one before is refused, unless it is
    `confirmed` that so much has gone.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "dns",
                    "source": "city.gov.cn",
                    "taken_at": "2026-11-21T01:00:00Z",
                    "records": [{"name": "oa.city.gov.cn", "type": "A", "value": "10.8.0.4"}],
                }
            ]
        }
    )

    kind: SweepKind
    source: Annotated[str, Field(min_length=1, max_length=200)]
    taken_at: datetime
    hosts: Annotated[list[HostIn], Field(max_length=MOST_ENTRIES)] | None = None
    records: Annotated[list[DnsRecordIn], Field(max_length=MOST_ENTRIES)] | None = None
    certificates: Annotated[list[CertificateIn], Field(max_length=MOST_ENTRIES)] | None = None
    zone_file: Annotated[str, Field(max_length=8_000_000)] | None = None
    confirmed: bool = False

    def handed_in(self) -> dict[str, Any]:
        """What the use case takes; entries of another kind than the sweep's count as none."""
        entries = {
            SweepKind.SERVICES: self.hosts,
            SweepKind.DNS: self.records,
            SweepKind.CERTIFICATES: self.certificates,
        }[self.kind]
        return {
            "kind": self.kind,
            "source": self.source,
            "taken_at": self.taken_at,
            "entries": None if entries is None else [one.model_dump(mode="json", exclude_none=True) for one in entries],
            "zone_file": self.zone_file,
            "confirmed": self.confirmed,
        }


class SweepOut(Out, frozen=True, kw_only=True):
    """A sweep on record; `digest` is the SHA-256 of its entries."""

    id: UUID
    kind: SweepKind
    source: str
    taken_at: datetime
    count: int
    digest: str
    created_at: datetime


class FoundingIn(In):
    """A system that is put on the register for it; without a department, that of the project in which it stands."""

    name: Name
    mlps_level: MlpsLevel
    no_state_secrets: bool | None = None
    department: Code | None = None


class RegistrationIn(In):
    """Which system answers for it, by code; `founding` where it does not stand yet; `term_months`: of an adoption."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"system": "fgw-oa", **_REASON}]})

    system: Code
    reason: Reason
    term_months: Annotated[int, Field(ge=1, le=120)] = 12
    founding: FoundingIn | None = None

    def handed_in(self) -> dict[str, Any]:
        """What the use case takes."""
        founding = None if self.founding is None else Founding(**self.founding.fields())
        return {**self.fields(), "founding": founding}


class PairMergerIn(In):
    """Why the two are one; `into` is the code of the one that stays, where that is not the one proposed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "同一系统重复登记"}]})

    reason: Reason
    into: Code | None = None


class ClearanceIn(In):
    """Why it goes; `department` is whose it is to be until it is deleted, where nobody's it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "无人认领，停用回收", "department": "dzzwb"}]})

    reason: Reason
    department: Code | None = None


class DismissalIn(In):
    """Why it is none, and up to which day that holds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "云平台自身组件", "until": "2027-06-30"}]})

    reason: Reason
    until: date | None = None


class ScannedOut(Out, frozen=True, kw_only=True):
    """What a look changed on record."""

    opened: int
    renewed: int
    ended: int


class TurnOut(Out, frozen=True, kw_only=True):
    """A state that a shadow came to: when, by which act and whose, why, and what it was turned into."""

    at: datetime
    state: str
    act: ShadowAct | None
    by: UUID | None
    reason: str | None
    target_id: UUID | None


class ShadowOut(Out, frozen=True, kw_only=True):
    """A shadow: what it consists of, what else is known, what may be done about it (`acts`), and what was decided."""

    id: UUID
    kind: ShadowKind
    subject: ShadowSubject
    subject_key: str
    name: str
    cloud: str | None
    department_id: UUID | None
    object_id: UUID | None
    resource_id: UUID | None
    finding_id: UUID | None
    system_id: UUID | None
    other_id: UUID | None
    words: dict[str, str]
    next_step: dict[str, str]
    acts: tuple[ShadowAct, ...]
    facts: dict[str, Any]
    evidence: dict[str, Any]
    state: str
    found_at: datetime
    settled_at: datetime | None
    act: ShadowAct | None
    settled_by: UUID | None
    reason: str | None
    until_on: date | None
    target_id: UUID | None
    created_at: datetime
    version: int


class ShadowExplainedOut(Out, frozen=True, kw_only=True):
    """A shadow with its turns, oldest first."""

    shadow: ShadowOut
    turns: list[TurnOut]
    version: int

    @classmethod
    def of(cls, entity: Explained) -> Self:
        """This shape of an explanation."""
        return cls(
            shadow=ShadowOut.of(entity.shadow),
            turns=[_turn(turn) for turn in entity.turns],
            version=entity.shadow.version,
        )


def _turn(turn: Turn) -> TurnOut:
    return TurnOut.of(turn)
