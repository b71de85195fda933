"""Evidence (证据): what was observed of a system or a machine room, by whom or by what, and how long it counts.

Rows are only ever added. What an observation showed (`holds`) is judged when it is recorded and stays with it; whether
it still counts is a question of the time: from its record until it expires.

>>> Evidence(subject_kind=Subject.ROOM, subject_id=ROOM, department_id=ROOM, kind=EvidenceKind.POWER_READING,
...     value={"it_power_w": 0}, holds=True, observed_at=NOW, expires_at=NOW + DAY, source=Source.PERSON,
...     created_at=NOW).counts_at(NOW + DAY)
False
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id

NOW, DAY, ROOM = datetime(2026, 11, 21, tzinfo=UTC), timedelta(days=1), new_id()  # of the example above
LATEST_AHEAD = timedelta(minutes=5)


class Subject(StrEnum):
    """What evidence is about."""

    SYSTEM = "system"
    ROOM = "room"
    CASE = "case"


class EvidenceKind(StrEnum):
    """What was looked at."""

    RESOURCES_SYNCED = "resources_synced"
    CHECK_ANSWERS = "check_answers"
    OLD_SERVERS = "old_servers"
    TRAFFIC_READING = "traffic_reading"
    POWER_READING = "power_reading"
    NONE_RACKED = "none_racked"
    CIRCUITS_CUT = "circuits_cut"
    SIGN_OFF = "sign_off"
    PHOTO = "photo"
    METER_PHOTO = "meter_photo"
    CASE_PROOF = "case_proof"
    LAUNCH_REPORT = "launch_report"  # 上线检测: what is reached from the Internet was tested before


class Source(StrEnum):
    """Where an observation comes from: the platform's own look, a meter's reading, or a person's word."""

    PLATFORM = "platform"
    METER = "meter"
    PERSON = "person"


class KindRule(NamedTuple):
    """What evidence of a kind is about, the whole number that it has to give, and whether a file belongs to it."""

    subjects: frozenset[Subject]
    figure: str | None = None
    file: bool = False
    platform_only: bool = False


_SYSTEM, _ROOM = frozenset({Subject.SYSTEM}), frozenset({Subject.ROOM})

KINDS: dict[EvidenceKind, KindRule] = {
    EvidenceKind.RESOURCES_SYNCED: KindRule(_SYSTEM, platform_only=True),
    EvidenceKind.CHECK_ANSWERS: KindRule(_SYSTEM, platform_only=True),
    EvidenceKind.OLD_SERVERS: KindRule(_SYSTEM, platform_only=True),
    EvidenceKind.TRAFFIC_READING: KindRule(_SYSTEM, figure="bytes_per_day"),
    EvidenceKind.POWER_READING: KindRule(_ROOM, figure="it_power_w"),
    EvidenceKind.NONE_RACKED: KindRule(_ROOM, figure="racked"),
    EvidenceKind.CIRCUITS_CUT: KindRule(_ROOM, figure="circuits_left"),
    EvidenceKind.SIGN_OFF: KindRule(_ROOM),
    EvidenceKind.PHOTO: KindRule(_ROOM, file=True),
    EvidenceKind.METER_PHOTO: KindRule(_ROOM, file=True),
    EvidenceKind.CASE_PROOF: KindRule(frozenset({Subject.CASE}), file=True),
    EvidenceKind.LAUNCH_REPORT: KindRule(_SYSTEM, file=True),
}


@dataclass(kw_only=True, eq=False)
class Evidence:
    """One observation. `about` names a part of the subject, as a device's code; "" is the whole.

    `value` is what was seen, `holds` whether that speaks for the move or the closure. `by` is who recorded it and
    `for_account_id` whom he acted for; the platform's own looks have neither. `digest` is the SHA-256 of a file in the
    file store, with its `name`, `media_type` and `size_bytes`.
    """

    id: UUID = field(default_factory=new_id)
    subject_kind: Subject
    subject_id: UUID
    department_id: UUID
    kind: EvidenceKind
    about: str = ""
    value: Mapping[str, Any]
    holds: bool
    observed_at: datetime
    expires_at: datetime
    source: Source
    by: UUID | None = None
    for_account_id: UUID | None = None
    name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    digest: str | None = None
    created_at: datetime

    def counts_at(self, moment: datetime) -> bool:
        """Whether it was on record and had not expired."""
        return self.created_at <= moment and self.observed_at <= moment < self.expires_at


def check_kind(subject: Subject, kind: EvidenceKind, *, file: bool) -> None:
    """Raises Invalid for a kind that is not observed of such a subject, or not by people, or not with a file."""
    rule = KINDS[kind]
    if subject not in rule.subjects:
        raise Invalid(
            "Evidence of the kind {evidence} is not about a {what}.",
            field="kind",
            way_out="Possible here: {possible}.",
            evidence=kind.value,
            what=subject.value,
            possible=", ".join(kind.value for kind, one in KINDS.items() if subject in one.subjects),
        )
    if rule.platform_only:
        raise Invalid(
            "Evidence of the kind {evidence} is gathered by the platform itself.",
            field="kind",
            way_out="Wait for the next round: there is one every hour.",
            evidence=kind.value,
        )
    if rule.file and not file:
        raise Invalid(
            "Evidence of the kind {evidence} is a file.",
            field="kind",
            way_out="Hand it in with `cloudctl evidence photo`.",
            evidence=kind.value,
        )
    if file and not rule.file:
        raise Invalid(
            "No file belongs to evidence of the kind {evidence}.",
            field="kind",
            way_out="Put it on record with `cloudctl evidence add`.",
            evidence=kind.value,
        )


def figure_of(kind: EvidenceKind, value: Mapping[str, Any]) -> int:
    """The figure that a kind has to give, 0 where it gives none; raises Invalid where it is missing or none."""
    name = KINDS[kind].figure
    if name is None:
        return 0
    figure = value.get(name)
    if not isinstance(figure, int) or isinstance(figure, bool) or figure < 0:
        raise Invalid(
            "Evidence of the kind {evidence} needs {figure}, a whole number from 0 on.",
            field=f"value.{name}",
            way_out="Read the meter and give what it shows.",
            evidence=kind.value,
            figure=name,
        )
    return figure


def check_observed(observed_at: datetime, now: datetime) -> None:
    """Raises Invalid for an observation of the future."""
    if observed_at > now + LATEST_AHEAD:
        raise Invalid(
            "Nothing can be observed in the future.", field="observed_at", way_out="Give the time of the observation."
        )
