"""The certificate of closure (销号证书) of a cleared system, as PDF.

number, content = certificates.of_clearing(ctx, request, clearing_id, "zh_CN")

It shows what is on record of a closed case, which changes no more: printed again it is the same. Its
footer is the digest of everything it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Answer, Clearing, Signature
from cloudctl.domain.close_lines import TITLES, CloseLine, Outcome
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict
from cloudctl.domain.signals import SIGNS
from cloudctl.domain.systems import System
from cloudctl.domain.verdicts import Verdict
from cloudctl.messages import Translate, fill, mark, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.printer import Fields, Paper, Part, Sheet, Signatures
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.close_lines import counting

ANSWERS = {
    Answer.KEEP: mark("Kept by its owner"),
    Answer.RELEASE: mark("Released by its owner"),
    Answer.TRANSFER: mark("Said to be another department's"),
    Answer.SNOOZE: mark("Put off by its owner"),
}
OUTCOMES = {
    Outcome.NUMBER: mark("Number"),
    Outcome.FILE: mark("File"),
    Outcome.NOT_APPLICABLE: mark("Not applicable"),
}
MIB = 1024 * 1024
_COMMAS = {"zh_CN": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class _Record:
    """All of a closed case that the certificate shows."""

    clearing: Clearing
    campaign: Campaign
    system: System
    department: Department
    verdict: Verdict
    lines: list[CloseLine]
    servers: list[str]
    names: dict[UUID, str]


def of_clearing(ctx: Context, request: Request, clearing_id: UUID, locale: str) -> tuple[str, bytes]:
    """The close-out number and the certificate as PDF; raises Conflict for a case that is not closed."""
    request.actor.require(Permission.CLEARINGS_READ)
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.get(clearing_id)
        request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
        if clearing.state != "closed" or clearing.close_out is None:
            raise Conflict(
                "Case {number} is not closed: there is no certificate yet.",
                way_out="Fill its close-out lines and close it.", number=clearing.number,
            )  # fmt: skip
        found = _record(uow, clearing)
    _ = translator(locale)
    parts = (
        _scope(found, locale, _), _evidence(found, locale, _), _course(found, _), _lines(found, _), _backup(found, _),
        _hashes(found, _), _signatures(found, _),
    )  # fmt: skip
    paper = Paper(
        title=_("Certificate of closure of an information system"),
        number=clearing.close_out,
        parts=parts,
        footer=_digest(parts)[:32],
        page_of=_(mark("Page {page} of {pages}")),
    )
    return clearing.close_out, ctx.printer.pdf(paper)


def _record(uow: UnitOfWork, clearing: Clearing) -> _Record:
    campaign = uow.campaigns.get(clearing.campaign_id)
    people = {campaign.started_by, clearing.closed_by, *(given.by for given in clearing.answers)}
    people |= {signature.by for signature in (clearing.proposed, clearing.confirmed) if signature}
    found = uow.resources.lock_all(clearing.servers)
    return _Record(
        clearing=clearing,
        campaign=campaign,
        system=uow.systems.get(clearing.system_id),
        department=uow.departments.get(clearing.department_id),
        verdict=uow.verdicts.get(clearing.verdict_id),
        lines=counting(uow.close_lines.of_clearing(clearing.id)),
        servers=sorted(f"{server.name} ({server.cloud}, {server.zone})" for server in found),
        names={key: uow.accounts.get(key).name for key in people if key is not None},
    )


def _scope(found: _Record, locale: str, _: Translate) -> Part:
    clearing, policy = found.clearing, found.campaign.policy
    pairs = (
        (_("Unit"), found.department.name),
        (_("System"), f"{found.system.name} ({found.system.code})"),
        (_("MLPS level"), str(found.system.mlps_level)),
        (_("Clearing case"), clearing.number),
        (_("Campaign"), f"{found.campaign.number} {found.campaign.title}"),
        (_("Policy"), f"{policy.title.get(locale, policy.name)} ({policy.name} {policy.version})"),
        (_("Servers"), "\n".join(found.servers)),
        (_("Capacity returned"), _capacity(clearing, _)),
    )
    return Fields(_("Scope"), pairs)


def _capacity(clearing: Clearing, _: Translate) -> str:
    back = clearing.returned
    if back is None:
        return ""
    said = _("{servers} servers, {vcpu} vCPU, {memory} GiB of memory, {disk} GiB of disk")
    return said.format(servers=back.servers, vcpu=back.vcpu, memory=f"{back.memory_mib / 1024:g}", disk=back.disk_gib)


def _evidence(found: _Record, locale: str, _: Translate) -> Part:
    verdict = found.verdict
    signs = _COMMAS[locale].join(_(SIGNS[sign]) for sign in verdict.signs)
    lines = [
        found.clearing.words.get(locale, ""),
        fill(_, mark("Verdict of {day}, {confidence} % sure."), {"day": verdict.day, "confidence": verdict.confidence}),
        fill(_, mark("Signs: {signs}."), {"signs": signs or "-"}),
    ]
    lines += [signal.sentence.words[locale] for signal in verdict.judged.signals]
    numbered = tuple((str(number), line) for number, line in enumerate(lines, start=1))
    return Sheet(_("Evidence"), ((_("No."), 1), (_("What was found"), 14)), numbered)


def _course(found: _Record, _: Translate) -> Part:
    clearing = found.clearing
    rows: list[tuple[datetime | None, str, str]] = [
        (clearing.created_at, _("Taken on by the campaign"), found.names[found.campaign.started_by]),
        (clearing.notified_at, _("Owner told, answer asked until {day}").format(day=clearing.due_on), ""),
        *((given.at, _(ANSWERS[given.answer]), found.names[given.by]) for given in clearing.answers),
        (clearing.quarantined_at, _("Switched off and cut from the network"), ""),
        (clearing.backed_up_at, _("Backed up"), ""),
        (clearing.tested_at, _("Restored as a test"), ""),
        _signed(found, clearing.proposed, _("Deletion proposed")),
        _signed(found, clearing.confirmed, _("Deletion confirmed by a second person")),
        (clearing.deleted_at, _("Deleted from the cloud"), ""),
        (
            clearing.closed_at,
            _("Closed on record"),
            found.names.get(clearing.closed_by, "") if clearing.closed_by else "",
        ),
    ]
    columns = ((_("Time"), 4), (_("What happened"), 8), (_("Who"), 4))
    done = [(at, words, who) for at, words, who in rows if at is not None]
    return Sheet(_("Course"), columns, tuple((_moment(at), words, who) for at, words, who in sorted(done, key=_at)))


def _at(row: tuple[datetime, str, str]) -> datetime:
    return row[0]


def _signed(found: _Record, signature: Signature | None, words: str) -> tuple[datetime | None, str, str]:
    if signature is None:
        return (None, words, "")
    return (signature.at, f"{words}: {signature.reason}", found.names[signature.by])


def _lines(found: _Record, _: Translate) -> Part:
    columns = ((_("Line"), 5), (_("Shown by"), 3), (_("Number, file or reason"), 8))
    return Sheet(_("Close-out lines"), columns, tuple(_line(line, _) for line in found.lines))


def _line(line: CloseLine, _: Translate) -> tuple[str, str, str]:
    said = "\n".join(part for part in (line.words, line.name, line.digest) if part)
    return _(TITLES[line.kind]), _(OUTCOMES[line.outcome]), said


def _backup(found: _Record, _: Translate) -> Part:
    clearing = found.clearing
    size = clearing.size_bytes or 0
    shown = f"{size / MIB:,.1f} MiB" if size >= MIB else f"{size:,} B"
    pairs = (
        (_("Backed up"), _plain(clearing.backed_up_at)),
        (_("Kept until"), _plain(clearing.backup_until)),
        (_("Restored as a test"), _plain(clearing.tested_at)),
        (_("Size"), shown),
    )
    return Fields(_("Backup and its retention"), pairs)


def _hashes(found: _Record, _: Translate) -> Part:
    rows: list[tuple[str, str]] = [
        (_("Manifest of the backup"), found.clearing.digest or ""),
        (_("Verdict"), found.verdict.digest),
        (_("Policy, as frozen"), found.campaign.digest),
        *((_(TITLES[line.kind]), line.digest) for line in found.lines if line.digest),
    ]
    return Sheet(_("Hashes (SHA-256)"), ((_("Subject of the hash"), 4), ("SHA-256", 12)), tuple(rows))


def _signatures(found: _Record, _: Translate) -> Part:
    clearing = found.clearing
    proposed = found.names[clearing.proposed.by] if clearing.proposed else ""
    confirmed = found.names[clearing.confirmed.by] if clearing.confirmed else ""
    boxes = (
        (_("Proposed by"), proposed),
        (_("Confirmed by"), confirmed),
        (_("Office\n(stamp)"), found.names.get(clearing.closed_by, "") if clearing.closed_by else ""),
    )
    return Signatures(_("Signatures"), boxes)


def _digest(parts: Iterable[Part]) -> str:
    return sha256(msgspec.json.encode(list(parts), order="deterministic")).hexdigest()


def _plain(value: datetime | date | None) -> str:
    return "" if value is None else _moment(value) if isinstance(value, datetime) else value.isoformat()


def _moment(at: datetime) -> str:
    return at.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
