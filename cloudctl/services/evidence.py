"""Evidence: handed in by people and meters, gathered by the platform itself, only ever added.

    add(ctx, request, Subject.ROOM, room_id, kind=EvidenceKind.POWER_READING, value={"it_power_w": 0})
    gather(ctx, platform("job:evidence"))           # the regular round: what the platform can look at itself

What a sync shows is put on record with the sync's time; services are looked at outside of any transaction. What shows
the same as before is renewed only now and then, so that the record grows with what happens, not with the rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import LARGEST_BYTES, check_labels, kind_of
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Forbidden, Invalid, NotFound
from cloudctl.domain.evidence import (
    Evidence,
    EvidenceKind,
    Source,
    Subject,
    check_kind,
    check_observed,
    figure_of,
)
from cloudctl.governance.consolidation.looks import Seen, answer_seen, devices_seen, servers_seen
from cloudctl.ports.context import Context, Request
from cloudctl.ports.probes import Answer
from cloudctl.ports.queries.standings import SystemLook
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_health
from cloudctl.services.replays import replay

GATHERED = (EvidenceKind.RESOURCES_SYNCED, EvidenceKind.CHECK_ANSWERS, EvidenceKind.OLD_SERVERS)
AT_A_TIME = 1000
Newest = Mapping[tuple[UUID, EvidenceKind], Evidence]


def add(
    ctx: Context,
    request: Request,
    *,
    subject_kind: Subject,
    subject_id: UUID,
    kind: EvidenceKind,
    value: dict[str, Any] | None = None,
    about: str = "",
    observed_at: datetime | None = None,
    source: Source = Source.PERSON,
) -> Evidence:
    """Puts an observation on record; raises Invalid naming the field for what cannot be observed so."""
    value = dict(value or {})
    refuse_secret(None, {name: text for name, text in value.items() if isinstance(text, str)})
    check_kind(subject_kind, kind, file=False)
    figure = figure_of(kind, value)
    rules = ctx.measures.evidence
    quiet = {EvidenceKind.TRAFFIC_READING: rules.quiet_bytes_per_day, EvidenceKind.POWER_READING: rules.quiet_power_w}
    if source is Source.PLATFORM:
        raise Invalid("Only the platform observes for itself.", field="source", way_out="Say meter, or person.")
    with ctx.unit_of_work(request) as uow:
        _owner(uow, request, subject_kind, subject_id)
        made = _made(
            ctx, uow, request, subject_kind=subject_kind, subject_id=subject_id, kind=kind, observed_at=observed_at,
            value=value, about=_about(uow, kind, subject_id, about), holds=figure <= quiet.get(kind, 0), source=source,
        )  # fmt: skip
        return uow.answer(made)


def hand_in(
    ctx: Context,
    request: Request,
    *,
    subject_kind: Subject,
    subject_id: UUID,
    kind: EvidenceKind,
    name: str,
    content: bytes,
    observed_at: datetime | None = None,
) -> Evidence:
    """Puts a photo or a document on record as evidence; raises Invalid for what is not taken, and keeps nothing."""
    refuse_secret(None, {"name": name})
    check_kind(subject_kind, kind, file=True)
    check_labels(name, "", "")
    if not 0 < len(content) <= LARGEST_BYTES:
        raise Invalid(
            "A file has 1 to {most} bytes.",
            field="file",
            way_out="Scan it in a lower resolution, or split it.",
            most=LARGEST_BYTES,
        )
    media_type = kind_of(content, name)
    with ctx.unit_of_work(replay(ctx, request)) as uow:  # refuses before the file is kept
        _owner(uow, request, subject_kind, subject_id)
    kept = ctx.files.put(content)
    with ctx.unit_of_work(request) as uow:
        made = _made(
            ctx, uow, request, subject_kind=subject_kind, subject_id=subject_id, kind=kind, observed_at=observed_at,
            value={}, holds=True, source=Source.PERSON,
            name=name, media_type=media_type, size_bytes=kept.size_bytes, digest=kept.digest,
        )  # fmt: skip
        return uow.answer(made)


def get(ctx: Context, request: Request, evidence_id: UUID) -> Evidence:
    """One observation of what the actor sees."""
    request.actor.require(Permission.SYSTEMS_READ)
    with ctx.unit_of_work(request) as uow:
        found = uow.evidence.get(evidence_id)
    request.actor.require_sight(found.department_id, "evidence", evidence_id)
    return found


def read(ctx: Context, request: Request, evidence_id: UUID) -> tuple[Evidence, bytes]:
    """A photo or document and its bytes, as they were handed in; raises NotFound where there is no file."""
    found = get(ctx, request, evidence_id)
    if found.digest is None:
        raise NotFound("No file belongs to this evidence.", way_out="Read what was seen: it stands in the record.")
    return found, ctx.files.get(found.digest)


def gather(ctx: Context, request: Request) -> int:
    """One round over all systems; answers how many rows it added. What shows nothing new is renewed when it is due."""
    request.actor.require(Permission.EVIDENCE_WRITE)
    now = ctx.clock.now()
    looks = ctx.queries.standings.looks()
    with ctx.unit_of_work(request) as uow:
        newest = uow.evidence.newest(GATHERED)
    rows = [row for look in looks for row in _looked(ctx, look, newest, now)]
    rows += _probed(ctx, looks, newest)
    for start in range(0, len(rows), AT_A_TIME):
        some = rows[start : start + AT_A_TIME]
        with ctx.unit_of_work(request) as uow:
            for row in some:
                row.created_at = uow.now
                uow.evidence.add(row)
            against = sum(not row.holds for row in some)
            uow.audit("evaluate/evidence", "evidence", some[0].id, after={"rows": len(some), "against": against})
    return len(rows)


def _looked(ctx: Context, look: SystemLook, newest: Newest, now: datetime) -> Iterator[Evidence]:
    """What the register and the last syncs show of a system."""
    earlier = newest.get((look.id, EvidenceKind.RESOURCES_SYNCED))
    servers = servers_seen(look, now, before=earlier is not None)
    for kind, seen in ((EvidenceKind.RESOURCES_SYNCED, servers), (EvidenceKind.OLD_SERVERS, devices_seen(look, now))):
        if seen is not None and _is_news(ctx, newest.get((look.id, kind)), seen):
            yield _platforms(ctx, look, kind, seen)


def _probed(ctx: Context, looks: Sequence[SystemLook], newest: Newest) -> list[Evidence]:
    """What the checks of the systems come to, several side by side; nothing is asked of a system that has ended."""
    asked = [look for look in looks if look.check_url and look.status not in {"merged", "retired"}]
    if not asked:
        return []
    hosted = app_health.by_url(ctx)

    def looked_at(url: str) -> Answer:
        """An application of ours is asked on its hosts, by our own roots; anything else where its name leads."""
        return app_health.answer(ctx, hosted[url]) if url in hosted else ctx.probes.look(url)

    with ThreadPoolExecutor(max_workers=ctx.limits.parallel) as pool:
        answers = list(pool.map(looked_at, [look.check_url or "" for look in asked]))
    now = ctx.clock.now()
    rows = []
    for look, answer in zip(asked, answers, strict=True):
        seen = answer_seen(look, answer, ctx.measures.evidence, now)
        if _is_news(ctx, newest.get((look.id, EvidenceKind.CHECK_ANSWERS)), seen):
            rows.append(_platforms(ctx, look, EvidenceKind.CHECK_ANSWERS, seen))
    return rows


def _is_news(ctx: Context, last: Evidence | None, seen: Seen) -> bool:
    """Whether a look is worth a row: the first one, another result, or the renewal of one that grows old."""
    if last is None or (last.holds, dict(last.value)) != (seen.holds, seen.value):
        return last is None or seen.observed_at >= last.observed_at
    return seen.observed_at - last.observed_at >= ctx.measures.evidence.again_after


def _platforms(ctx: Context, look: SystemLook, kind: EvidenceKind, seen: Seen) -> Evidence:
    return Evidence(
        subject_kind=Subject.SYSTEM,
        subject_id=look.id,
        department_id=look.department_id,
        kind=kind,
        value=seen.value,
        holds=seen.holds,
        observed_at=seen.observed_at,
        expires_at=ctx.measures.evidence.expires_at(kind, seen.observed_at),
        source=Source.PLATFORM,
        created_at=seen.observed_at,
    )


def _made(
    ctx: Context,
    uow: UnitOfWork,
    request: Request,
    *,
    subject_kind: Subject,
    subject_id: UUID,
    kind: EvidenceKind,
    observed_at: datetime | None,
    **fields: Any,
) -> Evidence:
    """A person's observation, on record with its audit event."""
    code, department_id = _owner(uow, request, subject_kind, subject_id)
    seen_at = observed_at or uow.now
    check_observed(seen_at, uow.now)
    made = Evidence(
        subject_kind=subject_kind,
        subject_id=subject_id,
        department_id=department_id,
        kind=kind,
        observed_at=seen_at,
        expires_at=ctx.measures.evidence.expires_at(kind, seen_at),
        by=_person(request),
        for_account_id=request.actor.for_account_id,
        created_at=uow.now,
        **fields,
    )
    uow.evidence.add(made)
    after: dict[str, object] = {subject_kind.value: code, "kind": kind.value, "value": made.value, "holds": made.holds}
    after |= {name: value for name, value in (("about", made.about), ("digest", made.digest)) if value}
    uow.audit("create/evidence", "evidence", made.id, department_id=department_id, after=after)
    return made


def _owner(uow: UnitOfWork, request: Request, subject_kind: Subject, subject_id: UUID) -> tuple[str, UUID]:
    """Code and department of the subject; raises NotFound for what is foreign."""
    request.actor.require(Permission.EVIDENCE_WRITE)
    if subject_kind is Subject.CASE:
        case = uow.cases.get(subject_id)
        code, department_id = case.number, case.department_id
    elif subject_kind is Subject.ROOM:
        room = uow.rooms.get(subject_id)
        code, department_id = room.code, room.department_id
    else:
        system = uow.systems.get(subject_id)
        code, department_id = system.code, system.department_id
    request.actor.require_sight(department_id, subject_kind.value, subject_id)
    return code, department_id


def _about(uow: UnitOfWork, kind: EvidenceKind, system_id: UUID, about: str) -> str:
    """The device that a reading is of: one of the system's; nothing for other kinds."""
    if kind is not EvidenceKind.TRAFFIC_READING:
        return ""
    device = uow.devices.by_code(about)
    if device is None or device.system_id != system_id:
        raise Invalid(
            "The system has no device {device}.", field="about", way_out="Name a device of it by its code.",
            device=about or "-",
        )  # fmt: skip
    return device.code


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("Evidence is handed in by a person.", way_out="Log in with an account.")
    return request.actor.account_id
