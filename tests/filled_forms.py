"""Application forms as people fill them in, and what goes wrong with them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from cloudctl.domain.forms import COVER, COVER_CELLS, FAULTS, FIRST_ROW, ITEMS, LETTERS
from cloudctl.services import forms
from tests.factories import Installed, ssh_key

Change = Callable[[Workbook], object]

COVER_VALUES: dict[str, Any] = {
    "zone": "extranet",
    "title": "OA 上云",
    "purpose": "办公系统",
    "users": "全市各部门",
    "project_document": "发改〔2026〕12号",
    "backup": "daily",
    "no_state_secrets": "yes",
    "contact_name": "officer",
    "contact_phone": "0532-1",
}
ROWS: list[dict[str, Any]] = [
    {"kind": "network", "name": "oa-net", "range": "26", "ipv6": "yes", "term_months": 12},
    {
        "kind": "server", "name": "oa", "count": 2, "specification": "s2", "image": "openeuler", "network": "oa-net",
        "disks": "100+200", "volume_type": "standard", "term_months": 12, "ssh_keys": ssh_key(),
    },
    {"kind": "volume", "name": "oa-logs", "size_gib": 50, "term_months": 24},
]  # fmt: skip


def filled(city: Installed, *, who: str = "officer", on_behalf: str | None = None, **changes: Any) -> bytes:
    """A form that nothing is wrong with; `rows` replaces the rows, other `changes` are fields of the cover."""
    rows = changes.pop("rows", ROWS)
    system = city.read(lambda uow: uow.systems.get(city.ids["oa"])).code
    cover = {"system": system, **COVER_VALUES, **changes}
    return forms.blank(city.ctx, city.people[who], on_behalf, cover=cover, rows=rows)


def edited(data: bytes, change: Change) -> bytes:
    """The workbook after somebody changed it in an office program."""
    book = load_workbook(BytesIO(data))
    change(book)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_cell(data: bytes, key: str, value: Any, row: int | None = None) -> bytes:
    """One cell changed: of the cover, or of the `row`-th row of resources (from 0)."""

    def change(book: Workbook) -> None:
        sheet = book[COVER if row is None else ITEMS]
        sheet[place(key, row)].value = value

    return edited(data, change)


def place(key: str, row: int | None = None) -> str:
    return COVER_CELLS[key] if row is None else f"{LETTERS[key]}{FIRST_ROW + row}"


def marks(data: bytes) -> dict[str, str]:
    """The coloured cells of a returned workbook and what their comments say; its list names the same cells."""
    book = load_workbook(BytesIO(data))
    found = {
        f"{sheet.title}!{cell.coordinate}": cell.comment.text if cell.comment else ""
        for sheet in (book[COVER], book[ITEMS])
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == "00FFC7CE"
    }
    listed = {f"{row[1]}!{row[2]}" for row in book[FAULTS].iter_rows(min_row=2, values_only=True)}
    assert listed == set(found)
    return found


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
