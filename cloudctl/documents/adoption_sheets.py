"""The sheet of an adoption, written and read back: plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cloudctl.documents import styles
from cloudctl.documents.archives import inspect
from cloudctl.documents.blanks import put
from cloudctl.domain import adoption_sheets as sheets
from cloudctl.domain import cells
from cloudctl.domain.adoption_sheets import COLUMNS, FIRST_ROW, HEADER_ROW, MOST_ROWS, REASONS, Handed, SheetForm
from cloudctl.domain.cells import Value
from cloudctl.domain.errors import Invalid

MARK = "cloudctl adoption sheet"
PREPARED_ROWS = 40
LAST_ROW = FIRST_ROW + MOST_ROWS - 1
FETCH = "Fetch the sheet anew and fill that in."
HELP = (
    "每行一台云主机（或一块未挂载的云硬盘）；云主机上挂载的云硬盘随云主机一并纳管。",
    "只由本单位使用的网段随云主机一并纳管；与其他单位共用的网段保持不变。",
    "“云内编号”与“名称”填写其一即可；同名的有多台时，请同时填写“目录或项目”。",
    "导入时逐行核对：核对无误的行予以纳管，其余各行连同原因退回，改正后可再次导入。",
    "涉密系统及涉密信息不得填写在本表中。",
)


def write(form: SheetForm) -> bytes:
    """The sheet as a file; with rows that carry reasons it has columns for these."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    _write_rows(sheet, form)
    _write_help(book.create_sheet(sheets.HELP))
    _write_lists(book, form)
    book.properties.creator, book.properties.title = "cloudctl", "政务云纳管清单"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes) -> Handed:
    """What was filled in; raises Invalid for what cannot be read as the sheet at all."""
    inspect(data)
    try:
        book = load_workbook(BytesIO(data), keep_links=False)
    except Exception as error:  # whatever the library trips over in a file that somebody made
        raise Invalid("This is no .xlsx workbook, or it is damaged.", field="body", way_out=FETCH) from error
    mark = book[sheets.LISTS] if sheets.LISTS in book.sheetnames else None
    sheet = book[sheets.ROWS] if sheets.ROWS in book.sheetnames else None
    if not isinstance(mark, Worksheet) or not isinstance(sheet, Worksheet) or mark["A1"].value != MARK:
        raise Invalid("This workbook is not the sheet of an adoption.", field="body", way_out=FETCH)
    if mark["B1"].value != sheets.VERSION:
        raise Invalid(
            "The form is of version {given}; the present one is {present}.", field="body", way_out=FETCH,
            given=str(mark["B1"].value)[:20], present=sheets.VERSION,
        )  # fmt: skip
    _require_unmoved(sheet)
    rows: list[tuple[int, Mapping[str, Value]]] = []
    spoilt: set[tuple[int, str]] = set()
    for row, line in enumerate(sheet.iter_rows(FIRST_ROW, max_col=len(COLUMNS) + 1, min_col=2), start=FIRST_ROW):
        values = {column.key: _value(cell.value) for column, cell in zip(COLUMNS, line, strict=True)}
        if not all(map(cells.empty, values.values())):
            rows.append((row, values))
            wrong = zip(COLUMNS, line, strict=True)
            spoilt.update((row, column.key) for column, cell in wrong if cell.data_type in ("f", "e"))
    return Handed(rows=rows, spoilt=frozenset(spoilt))


def _require_unmoved(sheet: Worksheet) -> None:
    """Raises Invalid for headers that are not where they were, and for rows beyond the last."""
    for place, column in enumerate(COLUMNS, start=2):
        found = cells.written(sheet.cell(HEADER_ROW, place).value or "").removesuffix("*").strip()  # type: ignore[arg-type]
        if found != column.title:
            raise Invalid(
                "The column {cell} should be headed {title}.", field="body",
                way_out="Columns keep their places and names: undo the change, or fetch the form anew.",
                cell=get_column_letter(place), title=column.title,
            )  # fmt: skip
    if sheet.max_row > LAST_ROW:
        raise Invalid(
            "The sheet {sheet} goes on below row {last}; a form has at most {most} rows.", field="body",
            way_out="Delete the rows below, empty ones too, or use several forms.",
            sheet=sheets.ROWS, last=LAST_ROW, most=MOST_ROWS,
        )  # fmt: skip


def _value(value: object) -> Value:
    if value is None or isinstance(value, str | bool | int | float | datetime | date):
        return value
    return str(value)


def _write_rows(sheet: Worksheet, form: SheetForm) -> None:
    sheet.title = sheets.ROWS
    put(sheet["A1"], sheets.ROWS)
    sheet["A1"].font, sheet["A1"].alignment = styles.TITLE, styles.MIDDLE
    put(sheet["A2"], f"表格版本 {sheets.VERSION}　{form.day}　带 * 的为必填项，填写方法见“{sheets.HELP}”")
    sheet["A2"].font, sheet["A2"].alignment = styles.SMALL, styles.LEFT
    titled = [(column.key, f"{column.title}{' *' if column.required else ''}", column.width) for column in COLUMNS]
    if any("reason" in row for row in form.rows):
        titled += REASONS
    put(sheet.cell(HEADER_ROW, 1), "序号")
    styles.label(sheet.cell(HEADER_ROW, 1))
    for place, (_, title, width) in enumerate(titled, start=2):
        put(sheet.cell(HEADER_ROW, place), title)
        styles.label(sheet.cell(HEADER_ROW, place))
        sheet.column_dimensions[get_column_letter(place)].width = width
    for place, column in enumerate(COLUMNS, start=2):
        if column.options:
            rule = DataValidation(type="list", formula1=f"list_{column.options}", allow_blank=True)
            rule.showErrorMessage = False
            rule.add(f"{get_column_letter(place)}{FIRST_ROW}:{get_column_letter(place)}{LAST_ROW}")
            sheet.add_data_validation(rule)
    for offset in range(max(PREPARED_ROWS, len(form.rows))):
        values = form.rows[offset] if offset < len(form.rows) else {}
        put(sheet.cell(FIRST_ROW + offset, 1), offset + 1)
        for place, (key, _, _) in enumerate(titled, start=2):
            cell = sheet.cell(FIRST_ROW + offset, place)
            cell.number_format = "0" if key == "term_months" else "@"
            put(cell, values.get(key))
    last = get_column_letter(len(titled) + 1)
    sheet.merge_cells(f"A1:{last}1")
    sheet.merge_cells(f"A2:{last}2")
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height, sheet.row_dimensions[HEADER_ROW].height = 34, 20, 30
    sheet.freeze_panes = f"D{FIRST_ROW}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    styles.page(sheet, landscape=True)


def _write_help(sheet: Worksheet) -> None:
    put(sheet["A1"], sheets.HELP)
    sheet["A1"].font = styles.TITLE
    for row, sentence in enumerate(HELP, start=2):
        put(sheet.cell(row, 1), f"{row - 1}. {sentence}")
        sheet.cell(row, 1).font = styles.TEXT
    for row, column in enumerate(COLUMNS, start=len(HELP) + 3):
        for place, words in enumerate((column.title, column.hint, "必填" if column.required else ""), start=1):
            put(sheet.cell(row, place), words)
            styles.entry(sheet.cell(row, place))
    for letter, width in (("A", 24), ("B", 62), ("C", 10)):
        sheet.column_dimensions[letter].width = width
    styles.page(sheet)


def _write_lists(book: Workbook, form: SheetForm) -> None:
    sheet = book.create_sheet(sheets.LISTS)
    put(sheet["A1"], MARK)
    put(sheet["B1"], sheets.VERSION)
    for place, (name, entries) in enumerate(form.lists.items(), start=1):
        put(sheet.cell(2, place), name)
        for row, entry in enumerate(entries, start=3):
            put(sheet.cell(row, place), entry.label)
        letter = get_column_letter(place)
        where = f"'{sheets.LISTS}'!${letter}$3:${letter}${max(len(entries), 1) + 2}"
        book.defined_names[f"list_{name}"] = DefinedName(f"list_{name}", attr_text=where)
    sheet.sheet_state = "veryHidden"
