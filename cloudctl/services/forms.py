"""The application form (申请表), made out for a department, and read back into the forms of orders.

Its drop-downs are the live catalogue. Rows of the same system and zone are one order; what a row leaves open stands on
the cover.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cloudctl.domain import forms
from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Invalid, UserError
from cloudctl.domain.forms import COVER_CELLS, LETTERS, Blank, Entry, Fault, Field, Line, Lists
from cloudctl.domain.items import AddressItem, DiskAsk, Item, NetworkItem, ServerItem, VolumeItem
from cloudctl.domain.orders import Backup
from cloudctl.domain.systems import System
from cloudctl.messages import fill, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.ports.workbooks import Note
from cloudctl.services.mergers import standing
from cloudctl.services.orders import OrderForm

LONGEST_TITLE = 200
# Where a field of an order or item stands on the form, if not under its own name.
COLUMN_OF = {"prefix_length": "range", "cidr": "range", "system_id": "system"}
# Which cell of a row says how much of something is asked for.
AMOUNTS = {"server": "count", "volume": "size_gib", "network": "range", "address": "server"}

_ITEM = re.compile(r"items\[(\d+)\](?:\.(\w+))?(?:\[\d+\])?(?:\.(\w+))?")


@dataclass(kw_only=True)
class Group:
    """The rows that make one order."""

    system: str
    zone: str
    lines: list[Line] = field(default_factory=list)

    def fault(self, error: UserError) -> Fault:
        """The cell that an error about this order means; what means no cell stands at its first row's kind."""
        found = _ITEM.fullmatch(error.field or "")
        if found is not None and int(found[1]) < len(self.lines):
            line, name = self.lines[int(found[1])], found[3] or found[2] or "kind"
        else:
            line, name = self.lines[0], error.field or "kind"
        key = COLUMN_OF.get(name, name)
        told = {"message": error.message, "way_out": error.way_out, "params": error.params, "code": error.code}
        if found is None and key in COVER_CELLS and key not in line.values:
            return Fault(sheet=forms.COVER, cell=COVER_CELLS[key], **told)  # type: ignore[arg-type]
        return Fault(sheet=forms.ITEMS, cell=f"{LETTERS.get(key, LETTERS['kind'])}{line.row}", **told)  # type: ignore[arg-type]

    def line_of(self, error: UserError) -> Line | None:
        """The row that an error is about, if it is about one."""
        found = _ITEM.match(error.field or "")
        return self.lines[int(found[1])] if found and int(found[1]) < len(self.lines) else None


def blank(
    ctx: Context,
    request: Request,
    department: str | None = None,
    *,
    cover: Mapping[str, Any] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """The form for the actor's department, or for the one that the office files for; `cover` and `rows` fill it in."""
    with ctx.unit_of_work(request) as uow:
        owner = department_for(uow, department)
        lists, levels = lists_of(ctx, uow, owner)
        day = today_for_people(uow.now).isoformat()
    whose = Entry(owner.code, f"{owner.code} {owner.name}")
    made = Blank(
        department=whose,
        lists=lists,
        mlps_levels=levels,
        day=day,
        cover=_labelled(cover or {}, forms.COVER_FIELDS, lists),
        rows=[_labelled(row, forms.COLUMNS, lists) for row in rows],
    )
    return ctx.workbooks.write(made)


def department_for(uow: UnitOfWork, named: str | None) -> Department:
    """The department that a form is for: the actor's own, or the one that the office names by its code (代办)."""
    actor = uow.actor
    if named is None:
        actor.require(Permission.ORDERS_WRITE)
        if actor.department_id is None:
            raise Invalid(
                "The office files for a department.", field="on_behalf", way_out="Name it: `--on-behalf CODE`."
            )
        return standing(uow, actor.department_id, "department")
    actor.require(Permission.ORDERS_FILE)
    found = uow.departments.by_code(named)
    if found is None:
        absent = missing("department", named)
        absent.field = "on_behalf"
        raise absent
    actor.require_sight(found.id, "department", named)
    return standing(uow, found.id, "on_behalf")


def lists_of(ctx: Context, uow: UnitOfWork, department: Department) -> tuple[Lists, dict[str, int]]:
    """The drop-downs as they are now, and the MLPS level of each of the department's systems by code."""
    catalogue: dict[str, list[dict[str, Any]]] = ctx.queries.catalogue()
    systems = uow.systems.of_department(department.id)
    lists = {
        "systems": [Entry(system.code, f"{system.code} {system.name}") for system in systems],
        "zones": [_entry(row) for row in catalogue["zones"]],
        "specifications": [
            _entry(
                row,
                f"{row['vcpu']} 核 {row['memory_mib'] / 1024:g} GiB",
                f"系统盘 {row['root_disk_gib']} GiB",
                *_processor(row),
            )
            for row in catalogue["specifications"]
        ],
        "images": [_entry(row, *_processor(row)) for row in catalogue["images"]],
        "volume_types": [_entry(row) for row in catalogue["volume_types"]],
    }
    return lists | forms.FIXED_LISTS, {system.code: system.mlps_level for system in systems}


def groups_of(lines: Sequence[Line], cover: Mapping[str, object]) -> list[Group]:
    """The rows by system and zone, in the order in which they first appear."""
    groups: dict[tuple[str, str], Group] = {}
    for line in lines:
        system, zone = (str(line.values.get(key) or cover.get(key) or "") for key in ("system", "zone"))
        groups.setdefault((system, zone), Group(system=system, zone=zone)).lines.append(line)
    return list(groups.values())


def order_form(group: Group, cover: Mapping[str, Any], system: System, *, alone: bool) -> OrderForm:
    """The form of a group's order, its title with the system unless `alone`; raises Invalid naming the item."""
    title = cover["title"] if alone else f"{cover['title']}（{system.name}，{group.zone}）"
    if len(title) > LONGEST_TITLE:
        raise Invalid(
            "At most {most} characters; these are {count}.", field="title", way_out="Shorten it.", most=LONGEST_TITLE,
            count=len(title),
        )  # fmt: skip
    taken = {key: value for key, value in cover.items() if key not in {"department", "system", "zone", "title"}}
    taken["backup"] = Backup(taken.get("backup", Backup.NONE))
    items = [_item(position, line) for position, line in enumerate(group.lines)]
    return OrderForm(system_id=system.id, zone=group.zone, title=title, items=items, **taken)


def notes_of(faults: Sequence[Fault], locale: str) -> list[Note]:
    """The faults in the reader's language."""
    say = translator(locale)
    return [
        Note(
            fault.sheet,
            fault.cell,
            fill(say, fault.message, fault.params_in(locale)),
            fill(say, fault.way_out or "", fault.params_in(locale)),
        )
        for fault in faults
    ]


def _labelled(values: Mapping[str, Any], fields: Sequence[Field], lists: Lists) -> dict[str, Any]:
    """Values with codes shown as the drop-downs show them."""
    labels = {name: dict(entries) for name, entries in lists.items()}
    options = {entry.key: entry.options for entry in fields if entry.options}
    return {key: labels[options[key]].get(value, value) if key in options else value for key, value in values.items()}


def _entry(row: Mapping[str, Any], *more: str) -> Entry:
    label = f"{row['code']} {row['name']}"
    return Entry(str(row["code"]), f"{label}（{'，'.join(more)}）" if more else label)


def _processor(row: Mapping[str, Any]) -> list[str]:
    """The architecture, which has to be the same for specification and image, and whether it is domestic."""
    return [row["architecture"], *(["信创"] if row["xinchuang"] else [])]


def _item(position: int, line: Line) -> Item:
    try:
        return _MAKERS[str(line.values["kind"])](line.values)
    except Invalid as error:
        error.field = f"items[{position}].{error.field}"
        raise


def _server(values: Mapping[str, Any]) -> Item:
    disks = tuple(DiskAsk(size_gib=size, volume_type=values.get("volume_type")) for size in values.get("disks", ()))
    chosen = _of(values, "name", "count", "specification", "image", "network", "ssh_keys", "term_months")
    return ServerItem(**chosen, disks=disks)


def _volume(values: Mapping[str, Any]) -> Item:
    server = None
    if "server" in values:
        try:
            server = UUID(values["server"])
        except ValueError:
            raise Invalid(
                "{value} is not the id of a server.",
                field="server",
                way_out="A volume goes to a server that exists: see `cloudctl servers list --columns name,id`.",
                value=values["server"],
            ) from None
    return VolumeItem(**_of(values, "name", "size_gib", "volume_type", "term_months"), server=server)


def _network(values: Mapping[str, Any]) -> Item:
    wanted = values.get("range")
    size = {"cidr": wanted} if isinstance(wanted, str) else {"prefix_length": wanted} if wanted else {}
    return NetworkItem(**_of(values, "name", "ipv6", "term_months"), **size)


def _address(values: Mapping[str, Any]) -> Item:
    return AddressItem(**_of(values, "server", "term_months"))


def _of(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """What was written of these; the rest keeps its default."""
    return {key: values[key] for key in keys if key in values}


_MAKERS: dict[str, Callable[[Mapping[str, Any]], Item]] = {
    "server": _server,
    "volume": _volume,
    "network": _network,
    "address": _address,
}
