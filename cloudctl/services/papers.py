"""Papers: an order as its A4 form (申请表), with findings, opinions, attachments and decisions; and a letter.

They show what is on record at the moment of printing; nothing is kept of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import NotFound
from cloudctl.domain.items import (
    NEW_ITEMS,
    AccessItem,
    ColocationItem,
    Item,
    NetworkItem,
    ServerItem,
    VolumeItem,
    changed_resource,
    item_kind,
)
from cloudctl.domain.opinions import Opinion
from cloudctl.domain.orders import Order
from cloudctl.domain.policies import Finding
from cloudctl.messages import Translate, fill, mark, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.printer import Fields, Paper, Part, Sheet, Signatures, Text
from cloudctl.ports.queries.rows import ProgressRow
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import letters
from cloudctl.services.history import SAID
from cloudctl.services.orders import get

# What people decided or did, as against what the machine reports while it builds.
_DECISIONS = frozenset(line for _, line in SAID.values())
_PAGE_OF = mark("Page {page} of {pages}")


def of_order(ctx: Context, request: Request, order_id: UUID, locale: str) -> tuple[str, bytes]:
    """The number of an order and its form as PDF."""
    order = get(ctx, request, order_id)
    _ = translator(locale)
    with ctx.unit_of_work(request) as uow:
        parts = (
            _form(uow, order, _),
            _items(uow, order, _),
            _findings(order.ruling.findings, locale, _),
            _opinions(uow.opinions.of_order(order_id), _),
            _attachments(uow, order, _),
        )
        signed = _signatures(uow, order, _)
        printed = uow.now
    history = [row for row in ctx.queries.progress_of(order_id) if row.message in _DECISIONS]
    paper = Paper(
        title=_("Application for resources of the government cloud"),
        number=_("No. {number}, {state}").format(number=order.number, state=_(order.state)),
        parts=(*parts, _decisions(history, _), signed),
        footer=_("Printed {at}").format(at=_moment(printed)),
        page_of=_(_PAGE_OF),
    )
    return order.number, ctx.printer.pdf(paper)


def of_letter(ctx: Context, request: Request, letter_id: UUID, locale: str) -> tuple[str, bytes]:
    """The number of a letter and the letter as PDF."""
    request.actor.require(Permission.ORDERS_READ)
    letter = letters.get(ctx, request, letter_id)
    title, lines = letter.title[locale], letter.content[locale].splitlines()
    said = [line.strip() for line in lines if line.strip() and line.strip() != title and letter.number not in line]
    paper = Paper(
        title=title,
        number=letter.number,
        parts=(Text("", tuple(said[:-2]), closing=tuple(said[-2:])),),
        footer=letter.digest[:32],
        page_of=translator(locale)(_PAGE_OF),
    )
    return letter.number, ctx.printer.pdf(paper)


def _form(uow: UnitOfWork, order: Order, _: Translate) -> Part:
    department, system = uow.departments.get(order.department_id), uow.systems.get(order.system_id)
    zone = uow.catalogue.zone(order.zone)
    values: tuple[tuple[str, object], ...] = (
        (_("Applicant unit"), department.name),
        (_("System"), f"{system.name} ({system.code})"),
        (_("MLPS level"), system.mlps_level),
        (_("Zone"), zone.name),
        (_("Title"), order.title),
        (_("Purpose"), order.purpose),
        (_("Users"), order.users),
        (_("Project document"), order.project_document),
        (_("Ports"), order.ports),
        (_("Bandwidth (Mbit/s)"), order.bandwidth_mbps),
        (_("Backup"), _(order.backup.value)),
        (_("Go-live"), order.go_live_on),
        (_("Contact"), order.contact_name),
        (_("Telephone"), order.contact_phone),
        (_("Applicant"), _name(uow, order.applicant_id)),
        (_("Handed in"), order.submitted_at),
    )
    return Fields(_("Application"), tuple((label, _plain(value)) for label, value in values))


def _items(uow: UnitOfWork, order: Order, _: Translate) -> Part:
    names = (_("No."), _("Kind"), _("Name"), _("What"), _("Count"), _("Term"))
    columns = tuple(zip(names, (3, 5, 9, 16, 3, 5), strict=True))
    rows = []
    for number, item in enumerate(order.items, start=1):
        months = item.term_months if isinstance(item, NEW_ITEMS) else None
        term = _("{months} months").format(months=months) if months else ""
        count = str(getattr(item, "count", 1))
        rows.append((str(number), _(item_kind(item)), _item_name(uow, item), _asked(item, _), count, term))
    return Sheet(_("Resources"), columns, tuple(rows), nothing=_("None."))


def _item_name(uow: UnitOfWork, item: Item) -> str:
    """An item's own name, or that of what it changes."""
    changed = changed_resource(item)
    if changed is not None:
        with suppress(NotFound):
            return uow.resources.get(changed).name
    return str(getattr(item, "name", ""))


def _asked(item: Item, _: Translate) -> str:
    """What an item asks for, in a line."""
    match item:
        case ServerItem():
            disks = "".join(f" + {disk.size_gib} GiB" for disk in item.disks)
            return f"{item.specification}{disks}, {item.image}, {item.network}"
        case VolumeItem():
            return f"{item.size_gib} GiB {item.volume_type or ''}".strip()
        case ColocationItem():
            return ", ".join(filter(None, (item.device, f"{item.units} U", f"{item.power_w} W", item.room_zone)))
        case AccessItem():
            bandwidth = f"{item.bandwidth_mbps} Mbit/s" if item.bandwidth_mbps else None
            return ", ".join(filter(None, (_(item.access), _(item.level), bandwidth, item.security_package)))
        case NetworkItem():
            return (item.cidr or f"IPv4 /{item.prefix_length}") + (" + IPv6 /64" if item.ipv6 else "")
    told = {name: getattr(item, name, None) for name in ("specification", "size_gib", "expires_on", "server")}
    said = {"size_gib": "{} GiB", "expires_on": _("until {day}").replace("{day}", "{}")}
    return ", ".join(said.get(name, "{}").format(value) for name, value in told.items() if value is not None)


def _findings(findings: Iterable[Finding], locale: str, _: Translate) -> Part:
    columns = ((_("Rule"), 4), (_("Effect"), 3), (_("Reason"), 9))
    rows = tuple(
        (
            finding.rule,
            _(finding.effect.value) + ("" if finding.in_force else _(" (exempted)")),
            finding.reason.get(locale, ""),
        )
        for finding in findings
    )
    return Sheet(_("Findings of policies"), columns, rows, nothing=_("No rule had anything to say."))


def _opinions(opinions: Iterable[Opinion], _: Translate) -> Part:
    columns = ((_("Specialist"), 2), (_("Opinion"), 3), (_("Words and conditions"), 8), (_("By"), 3))
    rows = []
    for opinion in opinions:
        if opinion.state == "void":
            continue
        words = "\n".join([*([opinion.words] if opinion.words else []), *_numbered(opinion.conditions)])
        given = "\n".join(part for part in (opinion.giver or "", _plain(opinion.given_at)) if part)
        verdict = _(opinion.verdict.value.replace("_", " ") if opinion.verdict else opinion.state)
        rows.append((_(opinion.specialist.speaker), verdict, words, given))
    return Sheet(_("Opinions of specialists"), columns, tuple(rows), nothing=_("None were asked for."))


def _attachments(uow: UnitOfWork, order: Order, _: Translate) -> Part:
    columns = ((_("File"), 5), (_("Document number"), 4), (_("Stamp of"), 4), ("SHA-256", 3))
    rows = tuple(
        (one.name, one.document_number, one.stamped_by, one.digest[:12]) for one in uow.attachments.of_order(order.id)
    )
    return Sheet(_("Attachments"), columns, rows, nothing=_("None."))


def _decisions(history: Iterable[ProgressRow], _: Translate) -> Part:
    columns = ((_("Time"), 3), (_("Who"), 3), (_("What happened"), 5), (_("Reason"), 5))
    rows = tuple(
        (_moment(row.at), row.actor, fill(_, row.message, row.params or {}), row.reason or "") for row in history
    )
    return Sheet(_("Course and decisions"), columns, rows, nothing=_("Nothing yet."))


def _signatures(uow: UnitOfWork, order: Order, _: Translate) -> Part:
    signed = _name(uow, order.signed_off_by)
    approved = _name(uow, order.approved_by)
    return Signatures(_("Signatures"), ((_("Head of the unit\n(stamp)"), signed), (_("Office\n(stamp)"), approved)))


def _name(uow: UnitOfWork, account_id: UUID | None) -> str:
    return "" if account_id is None else uow.accounts.get(account_id).name


def _numbered(lines: Iterable[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
    return str(value)


def _moment(at: datetime) -> str:
    return at.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
