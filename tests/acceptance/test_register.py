"""The register as an office fills it: by its own program, with whole sheets, on SQLite and on PostgreSQL.

The city's full sheet is imported, imported again and asked of the past; every faulty file that people hand in is told
what is wrong with it, and leaves the register as it was; the month's report comes in its three forms.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from cloudctl.domain.register_sheets import SHEETS
from cloudctl.domain.sheets import FIRST_ROW
from tests.e2e.installation import Installation, Person
from tests.e2e.people import Crew, settle
from tests.filled_sheets import filled_sheet
from tests.lab.postgres import PostgresServer

SYSTEMS = 10_000
MIB = 1024 * 1024
FREQUENCIES = ("每日", "每周", "每月", "每年")

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Desk:
    """The office's desk: whoever keeps the register, a folder for files, and a room with a rack on record."""

    crew: Crew
    folder: Path
    room: str
    blanks: dict[str, bytes]

    @property
    def keeper(self) -> Person:
        """Who keeps the register."""
        return self.crew.admin

    @property
    def code(self) -> str:
        """The department's code."""
        return str(self.crew.department["code"])

    def blank(self, noun: str) -> bytes:
        """The empty sheet of a noun, fetched once."""
        if noun in self.blanks:
            return self.blanks[noun]
        target = self.folder / f"{noun}-blank.xlsx"
        self.keeper.run(noun, "form", "-o", str(target))
        self.blanks[noun] = target.read_bytes()
        return self.blanks[noun]

    def filled(self, noun: str, *rows: dict[str, Any]) -> bytes:
        """The sheet with these rows."""
        return filled_sheet(self.blank(noun), rows, SHEETS[noun].sheet)

    def hand_in(self, noun: str, data: bytes, *, code: int = 0) -> str:
        """`cloudctl NOUN import`; what it says."""
        file = self.folder / f"{noun}.xlsx"
        file.write_bytes(data)
        return self.keeper.run(noun, "import", str(file), "-o", "json", code=code)

    def count(self, noun: str) -> int:
        """How many are on record."""
        return len(self.keeper.rows(f"/{noun}"))

    def detail(self, code: str) -> dict[str, Any]:
        """All that is on record of a system."""
        found: dict[str, Any] = self.keeper.get(f"/systems/{self.keeper.only('/systems', code=code)['id']}")
        return found

    def system(self, code: str, **more: Any) -> dict[str, Any]:
        """A row of the systems' sheet that is right."""
        row = {"code": code, "name": f"业务系统{code}", "department_id": self.code, "mlps_level": 2, "status": "在用"}
        return row | {"no_state_secrets": "是", **more}

    def device(self, code: str, **more: Any) -> dict[str, Any]:
        """A row of the devices' sheet that is right."""
        row = {"code": code, "kind": "服务器", "department_id": self.code, "room_id": self.room, "status": "运行"}
        return row | more

    def racked(self, unit: int, **more: Any) -> dict[str, Any]:
        """Another device that stands in the rack."""
        return self.device("sb-2", **{"rack_id": "A01", "first_unit": unit, "units": 1, **more})

    def place(self, **more: Any) -> dict[str, Any]:
        """A row of the rooms' sheet that is right."""
        row = {"code": "jf-2", "name": "二号机房", "department_id": self.code, "kind": "自有", "category": "机房"}
        return row | {"status": "在用", **more}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        settings: dict[str, Any] = {"engine_poll_s": 0.2}
        if request.param == "postgresql":
            settings["database_url"] = stack.enter_context(PostgresServer()).create_database()
        town = Installation(home, **settings)
        if request.param == "postgresql":
            town.run("db", "upgrade")
        stack.enter_context(town.process("serve"))
        desk = Desk(settle(town), home, "jf-1", {})
        desk.hand_in("rooms", desk.filled("rooms", desk.place(code="jf-1")))
        desk.hand_in("racks", desk.filled("racks", {"room_id": "jf-1", "code": "A01", "units": 10, "power_w": 1000}))
        standing = desk.device("sb-1", rack_id="A01", first_unit=1, units=4, power_w=600, serial="S1")
        desk.hand_in("devices", desk.filled("devices", standing))
        desk.blanks.clear()  # their lists knew nothing of the room
        yield desk


BAD_ROWS: dict[str, tuple[str, Callable[[Desk], list[dict[str, Any]]], str]] = {
    "a date as text": ("systems", lambda d: [d.system("x-1", built_on="明年")], "明年 is not a date"),
    "a date of 1900": ("systems", lambda d: [d.system("x-1", approved_on=date(1900, 1, 12))], "is before 1960"),
    "a formula": ("systems", lambda d: [d.system("x-1", function="=A1")], "a formula in this cell"),
    "a code twice": ("systems", lambda d: [d.system("x-1"), d.system("x-1")], "is about the same one"),
    "an unknown department": ("systems", lambda d: [d.system("x-1", department_id="nobody")], "is not on the list"),
    "a negative cost": ("systems", lambda d: [d.system("x-1", yearly_cost_fen=-5)], "-5 is too small"),
    "virtual hosts above servers": (
        "rooms", lambda d: [d.place(server_count=3, virtual_host_count=5)], "5 virtual hosts are more than 3 servers",
    ),
    "IT power above the total": (
        "rooms", lambda d: [d.place(it_power_kw=90, total_power_kw=80)], "is above the total of 80.0 kW",
    ),
    "closed without a date": ("rooms", lambda d: [d.place(status="已关闭")], "A room that is closed has a date"),
    "a rack over its power": ("devices", lambda d: [d.racked(6, power_w=500)], "more than the 1000 W"),
    "a rack over its units": ("devices", lambda d: [d.racked(10, units=2)], "rack A01 has 1 to 10"),
    "a unit taken": ("devices", lambda d: [d.racked(4)], "both stand on unit 4"),
    "a server in two racks": ("devices", lambda d: [d.racked(9, serial="S1")], "S1"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_faulty_row_is_told_and_changes_nothing(desk: Desk, fault: str) -> None:
    noun, rows, words = BAD_ROWS[fault]
    before = desk.count(noun)
    said = desk.hand_in(noun, desk.filled(noun, *rows(desk)), code=2)
    assert words in said
    assert "Traceback" not in said
    assert desk.count(noun) == before
    returned = next(desk.folder.glob(f"{noun}*-*.xlsx"), None)
    assert returned is not None, "the sheet comes back with its faults marked"


def changed(work: Callable[[Workbook], object]) -> Callable[[bytes], bytes]:
    def apply(blank: bytes) -> bytes:
        book = load_workbook(BytesIO(blank))
        work(book)
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    return apply


def with_part(name: str, content: bytes) -> Callable[[bytes], bytes]:
    def apply(blank: bytes) -> bytes:
        out = BytesIO(blank)
        with ZipFile(out, "a", ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue()

    return apply


def _aged(book: Workbook) -> None:
    """The sheet says of itself which version it is."""
    for sheet in book:
        mark = sheet["B1"].value
        if sheet.sheet_state != "visible" and isinstance(mark, int):
            sheet["B1"] = mark - 1


TITLE = SHEETS["systems"].sheet.title
BAD_FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "merged cells": (changed(lambda book: book[TITLE].merge_cells(f"B{FIRST_ROW}:F9000")), "merged cells"),
    "the wrong sheet": (changed(lambda book: book.__delitem__(TITLE)), "not the sheet"),
    "an old template": (changed(_aged), "the present one is"),
    "a moved column": (changed(lambda book: book[TITLE].insert_cols(3)), "should be headed"),
    "50 MB": (lambda _: bytes(50 * MIB), "has more than 10 MiB"),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "carries macros"),
    "a zip bomb": (with_part("xl/media/bomb.xml", bytes(300 * MIB)), "unpack"),
    "no workbook": (lambda _: b"nonsense", "no .xlsx workbook"),
    "an old .xls": (lambda _: bytes.fromhex("d0cf11e0a1b11ae1"), "old .xls"),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_faulty_file_is_refused_whole(desk: Desk, fault: str) -> None:
    spoil, words = BAD_FILES[fault]
    before = desk.count("systems")
    said = desk.hand_in("systems", spoil(desk.blank("systems")), code=2)
    assert words in said
    assert "Traceback" not in said
    assert desk.count("systems") == before


def test_full_width_digits_are_read_as_digits(desk: Desk) -> None:
    done = json.loads(desk.hand_in("systems", desk.filled("systems", desk.system("q-1", user_count="１２０"))))
    assert done["added"] == 1
    assert desk.detail("q-1")["user_count"] == 120


def test_dependencies_make_no_circle(desk: Desk) -> None:
    desk.hand_in("systems", desk.filled("systems", desk.system("c-1"), desk.system("c-2")))
    ids = {code: desk.keeper.only("/systems", code=code)["id"] for code in ("c-1", "c-2")}
    need = {"kind": "data", "note": ""}
    desk.keeper.post("/dependencies", need | {"system_id": ids["c-1"], "on_id": ids["c-2"]})
    refused = desk.keeper.refused(
        lambda: desk.keeper.post("/dependencies", need | {"system_id": ids["c-2"], "on_id": ids["c-1"]})
    )
    assert "c-1" in str(refused)
    assert len(desk.keeper.rows("/dependencies")) == 1


def test_the_months_report_in_its_three_forms(desk: Desk) -> None:
    month = datetime.now().astimezone().strftime("%Y-%m")
    starts = {"xlsx": b"PK", "pdf": b"%PDF", "json": b"{"}
    for form, start in starts.items():
        target = desk.folder / f"report.{form}"
        desk.keeper.run("reports", "monthly", "--month", month, "--format", form, "-o", str(target), lang="zh_CN")
        assert target.read_bytes().startswith(start), form


def test_the_citys_sheet_is_imported_once(desk: Desk, record_property: Callable[[str, object], None]) -> None:
    before = desk.count("systems")
    rows = [
        desk.system(
            f"xt-{number:05}",
            user_count=number % 3000,
            use_frequency=FREQUENCIES[number % len(FREQUENCIES)],
            yearly_cost_fen=f"{number * 1000:,}.50",
            contract_ends_on=date(2027, 1 + number % 12, 1),
            approved_on=f"2019年{1 + number % 12}月3日",
            contact_name="李文",
        )
        for number in range(SYSTEMS)
    ]
    sheet = desk.filled("systems", *rows)
    rehearsed = desk.folder / "rehearsed.xlsx"
    rehearsed.write_bytes(sheet)
    desk.keeper.run("systems", "import", str(rehearsed), "--dry-run")
    assert desk.count("systems") == before
    began = time.monotonic()
    first = json.loads(desk.hand_in("systems", sheet))
    record_property("figure", f"{SYSTEMS} systems in {time.monotonic() - began:.0f} s")
    again = json.loads(desk.hand_in("systems", sheet))
    assert (first["added"], first["unchanged"]) == (SYSTEMS, 0)
    assert (again["added"], again["altered"], again["unchanged"]) == (0, 0, SYSTEMS)
    assert desk.count("systems") == before + SYSTEMS
    one = desk.detail("xt-00012")
    assert (one["yearly_cost_fen"], one["approved_on"]) == (1_200_050, "2019-01-03")
    yesterday = date.fromordinal(datetime.now().astimezone().date().toordinal() - 2).isoformat()
    assert desk.keeper.rows("/systems", as_of=yesterday) == []
