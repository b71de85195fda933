"""The register taken from NetBox: sites become rooms, racks racks, devices devices; prefixes are held against ours.

    receipt = take(ctx, request, url="https://netbox/", token="...", department="szb", rehearse=True)

What NetBox has goes through the same desk as a sheet: known again by its code, changed where it differs, checked by
each noun's own rules. What does not pass is named and left out; the rest is taken, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.cells import Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import Fault, spellings
from cloudctl.domain.register_sheets import SHEETS
from cloudctl.domain.sheets import FIRST_ROW, read_line
from cloudctl.ports.context import Context, Request
from cloudctl.ports.netbox import Site, SiteDevice, SitePrefix, Stock
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import register_crossings
from cloudctl.services.register_rows import Desk
from cloudctl.services.register_sheets import live

ROLES = {"storage": "storage", "switch": "network", "router": "network", "firewall": "security"}
"""What a word within a role's slug says of a device; what is none of these is a server."""
STANDINGS = {"planned": "planned", "retired": "closed"}
"""What a site's status claims of a new room; that of a closed one is refused, as NetBox does not say since when."""
RUNNING, OFF = frozenset({"active"}), frozenset({"offline", "staged", "failed", "decommissioning"})
OURS = frozenset({"active", "reserved", "deprecated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of one noun; `left_out` says of each that did not pass what is wrong: its code, and the fault."""

    noun: str
    rows: int
    added: int
    altered: int
    unchanged: int
    left_out: Sequence[tuple[str, Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a reading. `overlapping` are prefixes there that lie within our blocks: we may hand them out."""

    rehearsal: bool
    nouns: Sequence[Taken]
    prefixes: int
    overlapping: Sequence[str]


class _Rehearsed(Exception):
    """Everything was tried, and nothing is kept."""


def take(ctx: Context, request: Request, *, url: str, token: str, department: str, rehearse: bool = False) -> Receipt:
    """Puts what NetBox has on record; what names no tenant of ours becomes the `department`'s. The office's to do."""
    request.actor.require(Permission.ROOMS_WRITE)
    if not request.actor.sees_all:
        raise missing("department", department)
    stock = ctx.netbox.read(url, token)
    receipt: Receipt | None = None
    try:
        with ctx.unit_of_work(request) as uow:
            receipt = _entered(ctx, uow, stock, department, url, rehearse=rehearse)
            if rehearse:
                raise _Rehearsed  # noqa: TRY301 - the unit of work has to see it
            return uow.answer(receipt)
    except _Rehearsed:
        assert receipt is not None
        return receipt


def _entered(ctx: Context, uow: UnitOfWork, stock: Stock, department: str, url: str, *, rehearse: bool) -> Receipt:
    codes = uow.departments.codes()
    if department not in codes:
        raise Invalid(
            "There is no department {department}.", field="department", way_out="Name one that stands.",
            department=department[:64],
        )  # fmt: skip
    uow.because("NetBox")
    owners = _Owners(department, frozenset(codes))
    rooms = _taken(ctx, uow, "rooms", [owners.room(site) for site in stock.sites])
    racks = _taken(
        ctx, uow, "racks", [{"room_id": rack.site, "code": rack.name, "units": rack.units} for rack in stock.racks]
    )
    there = [device for device in stock.devices if _is_there(device)]
    codes_of = _codes(stock.devices)
    devices = _taken(ctx, uow, "devices", [owners.device(device, codes_of[device.id]) for device in there])
    receipt = Receipt(
        rehearsal=rehearse,
        nouns=[rooms, racks, devices],
        prefixes=len(stock.prefixes),
        overlapping=_overlapping(uow, stock.prefixes),
    )
    counts: dict[str, object] = {
        part.noun: {"added": part.added, "altered": part.altered, "left_out": len(part.left_out)}
        for part in receipt.nouns
    }
    uow.audit("create/register-import", "register-import", "netbox", after={"url": url[:200], **counts})
    return receipt


@dataclass(frozen=True, slots=True)
class _Owners:
    """How what is there is called here; whose it is, where its tenant's slug is a department's code."""

    department: str
    codes: frozenset[str]

    def of(self, tenant: str | None) -> str:
        return tenant if tenant in self.codes else self.department

    def room(self, site: Site) -> dict[str, Value]:
        return {
            "code": site.slug, "name": site.name, "address": site.address or None,
            "department_id": self.of(site.tenant), "kind": "own", "category": "server_room",
            "status": STANDINGS.get(site.status, "in_use"),
        }  # fmt: skip

    def device(self, device: SiteDevice, code: str) -> dict[str, Value]:
        kinds = (kind for word, kind in ROLES.items() if word in device.role)
        return {
            "code": code, "name": device.name,
            "department_id": self.of(device.tenant), "kind": next(kinds, "server"), "room_id": device.site,
            "rack_id": device.rack, "first_unit": device.unit, "units": device.units, "vendor": device.vendor,
            "model": device.model, "serial": device.serial or None, "addresses": "、".join(device.addresses) or None,
            "status": "running" if device.status in RUNNING else "off",
        }  # fmt: skip


def _codes(devices: Iterable[SiteDevice]) -> dict[int, str]:
    """What each is known by: its asset tag, else its name, which another site's device may have too.

    The first of them keeps it, the others go by their number.
    """
    codes: dict[int, str] = {}
    taken: set[str] = set()
    for device in devices:
        code = device.asset_tag or device.name
        codes[device.id] = f"netbox-{device.id}" if code is None or code in taken else code
        taken.add(codes[device.id])
    return codes


def _is_there(device: SiteDevice) -> bool:
    """Whether it stands somewhere: what is planned or in store does not."""
    return device.status in RUNNING | OFF


FIRST_ONLY = ("department_id", "kind", "category")
"""What NetBox does not know better than the register, once it is there."""


def _taken(ctx: Context, uow: UnitOfWork, noun: str, contents: Sequence[dict[str, Value]]) -> Taken:
    """Puts the rows of one noun on record that pass; what a later noun refers to is there by then."""
    form = SHEETS[noun]
    lists, ids = live(ctx, uow, form)
    known, today = spellings(lists), today_for_people(uow.now)
    desk = Desk(uow=uow, form=form, ids=ids, today=today)
    on_record = {str(record["code"]): record for record in desk.records.values()}
    named: dict[int, str] = {}
    lines = []
    for row, content in enumerate(contents, start=FIRST_ROW):
        named[row] = str(content["code"])
        record = on_record.get(named[row]) if noun != "racks" else None
        lines.append(read_line(form.sheet, row, _news(content, record, today.isoformat()), known))
    desk.examine(lines, lambda _done: None)
    register_crossings.check(desk)
    wrong = {_row(fault): fault for fault in reversed(desk.faults)}
    desk.rows = [row for row in desk.rows if row.line.row not in wrong]
    if desk.rows:
        uow.register_rows.put_many(noun, desk.new, desk.changed)
    return Taken(
        noun=noun,
        rows=len(contents),
        added=len(desk.new),
        altered=len(desk.changed),
        unchanged=len(contents) - len(desk.rows) - len(wrong),
        left_out=[(named[row], fault) for row, fault in sorted(wrong.items())],
    )


def _news(content: Mapping[str, Value], record: Mapping[str, Any] | None, today: str) -> dict[str, Value]:
    """What a row says that the register has to hear; a device is off from the day on which NetBox first says so."""
    news: dict[str, Value] = {key: value for key, value in content.items() if value is not None}
    if record is not None:
        news = {key: value for key, value in news.items() if key not in FIRST_ONLY}
        if "category" in content:  # a room's claim is its department's own
            del news["status"]
    if news.get("status") == "off" and (record is None or record["status"] == "running"):
        news["off_on"] = today
    if news.get("status") == "running" and record is not None and record["status"] != "running":
        news |= {"off_on": "清空", "gone_on": "清空"}
    return news


def _overlapping(uow: UnitOfWork, prefixes: Iterable[SitePrefix]) -> list[str]:
    """Prefixes in use there within the blocks that we cut ours from."""
    blocks = [ip_network(supernet.cidr) for supernet in uow.prefixes.supernets(None)]
    found = []
    for prefix in prefixes:
        network = ip_network(prefix.cidr, strict=False)
        if prefix.status in OURS and any(
            network.version == block.version and network.subnet_of(block)  # type: ignore[arg-type]
            for block in blocks
        ):
            found.append(prefix.cidr)
    return found


def _row(fault: Fault) -> int:
    return int(fault.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
