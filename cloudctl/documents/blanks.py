"""The application form, written: cover, resources, help, and the hidden sheet of lists with the template's mark.

Lists are named ranges: office programs keep drop-downs over names in the plain part of the file, so that they survive
whatever program it was filled in with.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cloudctl.documents import styles
from cloudctl.domain import forms
from cloudctl.domain.cells import Value
from cloudctl.domain.forms import COLUMNS, COVER_FIELDS, FIRST_ROW, HEADER_ROW, LETTERS, Blank, Field

MARK = "cloudctl order form"
PREPARED_ROWS = 44
"""Rows that are ready with borders and numbers; more can be written below them, down to forms.MOST_ROWS."""
COVER_MERGES = ("A1:D1", "A2:D2", "B5:D5", "B6:D6", "B7:D7", "A13:D13")
ITEM_MERGES = ("A1:Q1", "A2:Q2")
COVER_WIDTHS = {"A": 22, "B": 34, "C": 24, "D": 34}
HEIGHTS = {1: 54, 2: 30, 6: 240, 7: 120, 12: 130, 13: 60}
LAST_ROW = FIRST_ROW + forms.MOST_ROWS - 1
DATE, TEXT = "yyyy-mm-dd", "@"

HELP = (
    "一张表可以申请多个系统的资源：“资源清单”每行一项，系统和网络区域相同的各行合为一份申请单。",
    "“所属系统”“网络区域”两列不填时，与“申请表”相同；每份申请单最多 100 行，整表最多 10000 行。",
    "带下拉箭头的单元格请从列表中选择；列表取自下载当日的服务目录，目录变更后请重新下载表格。",
    "只写数字，不写单位：单位已写在表头。请勿合并单元格、插入公式、增删或移动列、修改表头。",
    "本系统的网段先写一行“网段”，再在云主机行的“所在网段”写该网段的名称；已有网段写其编号。",
    "浮动地址绑定的云主机写作“名称-序号”，例如 fgw-oa 的第一台写 fgw-oa-1。",
    "提交后逐行核对，有任何一处不符，全部不予创建，并退回标明错误的同一张表；改正后重新提交即可。",
    "涉密系统及涉密信息不得填写在本表中。",
)


def write(form: Blank) -> bytes:
    """The form as a file; what `form` fills in already stands in its cells."""
    book = Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    cover.title = forms.COVER
    _write_cover(cover, form)
    _write_items(book.create_sheet(forms.ITEMS), form)
    _write_help(book.create_sheet(forms.HELP))
    _write_lists(book, form)
    book.properties.creator, book.properties.title = "cloudctl", "政务云资源申请表"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(cell: Any, value: Value) -> None:
    """A value as it is: text never becomes a formula, and what the format cannot hold is left out."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str) and cell.value:
        cell.data_type = "s"


def _write_cover(sheet: Worksheet, form: Blank) -> None:
    put(sheet["A1"], "政务云资源申请表")
    sheet["A1"].font, sheet["A1"].alignment = styles.TITLE, styles.MIDDLE
    put(sheet["A2"], f"表格版本 {forms.VERSION}　服务目录 {form.day}　带 * 的为必填项，填写方法见“{forms.HELP}”")
    sheet["A2"].font, sheet["A2"].alignment = styles.SMALL, styles.MIDDLE
    for field in COVER_FIELDS:
        title, cell = sheet[_left_of(field.cell)], sheet[field.cell]
        put(title, f"{field.title}{' *' if field.required else ''}")
        styles.label(title)
        cell.number_format = DATE if field.key == "go_live_on" else TEXT
        put(cell, form.department.label if field is forms.DEPARTMENT else form.cover.get(field.key))
        _offer(sheet, field, field.cell)
    put(sheet["A4"], "等保级别")
    styles.label(sheet["A4"])
    sheet[forms.MLPS_CELL] = '=IFERROR(INDEX(list_mlps,MATCH(D3,list_systems,0)),"选择系统后自动显示")'
    for column, words in (("A", "经办人（签字）"), ("C", "单位负责人\n（签字、盖章）")):
        put(sheet[f"{column}12"], words)
        styles.label(sheet[f"{column}12"])
    put(sheet["A13"], "本单位承诺所填内容属实，所申请的资源不存储、处理、传输国家秘密。　　　　　年　　月　　日")
    for row in sheet["A3:D13"]:
        for cell in row:
            if cell.font.b:
                continue
            styles.entry(cell, top=cell.row in (6, 7))
    for merged in COVER_MERGES:
        sheet.merge_cells(merged)
    for column, width in COVER_WIDTHS.items():
        sheet.column_dimensions[column].width = width
    for number in range(1, 14):
        sheet.row_dimensions[number].height = HEIGHTS.get(number, 42)
    sheet.sheet_view.showGridLines = False
    sheet.print_area = "A1:D13"
    styles.page(sheet)


def _write_items(sheet: Worksheet, form: Blank) -> None:
    put(sheet["A1"], forms.ITEMS)
    sheet["A1"].font, sheet["A1"].alignment = styles.TITLE, styles.MIDDLE
    put(sheet["A2"], "每行一项资源；系统和网络区域相同的各行合为一份申请单。请勿合并单元格、增删或移动列。")
    sheet["A2"].font, sheet["A2"].alignment = styles.SMALL, styles.LEFT
    put(sheet.cell(HEADER_ROW, 1), "序号")
    styles.label(sheet.cell(HEADER_ROW, 1))
    sheet.column_dimensions["A"].width = 6
    for place, column in enumerate(COLUMNS, start=2):
        header = sheet.cell(HEADER_ROW, place)
        put(header, f"{column.title}{' *' if column.required else ''}")
        styles.label(header)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        _offer(sheet, column, f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    for offset in range(max(PREPARED_ROWS, len(form.rows))):
        _write_row(sheet, FIRST_ROW + offset, form.rows[offset] if offset < len(form.rows) else {})
    for merged in ITEM_MERGES:
        sheet.merge_cells(merged)
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 34, 20
    sheet.row_dimensions[HEADER_ROW].height = 36
    sheet.freeze_panes = f"D{FIRST_ROW}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    styles.page(sheet, landscape=True)


def _write_row(sheet: Worksheet, row: int, values: Any) -> None:
    number = sheet.cell(row, 1, row - FIRST_ROW + 1)
    styles.entry(number)
    number.alignment = styles.MIDDLE
    sheet.row_dimensions[row].height = 22
    for column in COLUMNS:
        cell = sheet[f"{LETTERS[column.key]}{row}"]
        styles.entry(cell)
        cell.alignment = styles.ONE_LINE if column.key == "ssh_keys" else styles.TABLE
        cell.number_format = TEXT if column.key not in ("count", "size_gib", "term_months") else "0"
        put(cell, values.get(column.key))


def _offer(sheet: Worksheet, field: Field, where: str) -> None:
    """The field's drop-down, or only its hint when the cell is entered."""
    rule = DataValidation(
        type="list" if field.options else None,
        formula1=f"list_{field.options}" if field.options else None,
        allow_blank=True,
        promptTitle=field.title[:32],
        prompt=field.hint[:255],
        showInputMessage=True,
        showErrorMessage=bool(field.options),
        errorTitle="不在列表中",
        error="请从下拉列表中选择。",
    )
    rule.add(where)
    sheet.add_data_validation(rule)


def _write_help(sheet: Worksheet) -> None:
    put(sheet["A1"], forms.HELP)
    sheet["A1"].font = styles.TITLE
    sheet["A1"].alignment = styles.MIDDLE
    sheet.merge_cells("A1:C1")
    row = 2
    for number, sentence in enumerate(HELP, start=1):
        put(sheet.cell(row, 1), f"{number}. {sentence}")
        sheet.cell(row, 1).font, sheet.cell(row, 1).alignment = styles.TEXT, styles.LEFT
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=3)
        sheet.row_dimensions[row].height = 32
        row += 1
    for title, fields in ((forms.COVER, COVER_FIELDS), (forms.ITEMS, COLUMNS)):
        for place, words in enumerate((title, "填写方法", "适用于"), start=1):
            put(sheet.cell(row, place), words)
            styles.label(sheet.cell(row, place))
        for row, field in enumerate(fields, start=row + 1):  # noqa: B020 - it goes on from the heading's row
            required = "必填" if field.required else ""
            for place, words in enumerate((field.title, field.hint, _applies_to(field) or required), start=1):
                put(sheet.cell(row, place), words)
                styles.entry(sheet.cell(row, place))
            sheet.row_dimensions[row].height = 20
        row += 2
    for column, width in (("A", 24), ("B", 62), ("C", 34)):
        sheet.column_dimensions[column].width = width
    sheet.sheet_view.showGridLines = False
    styles.page(sheet)


def _applies_to(field: Field) -> str:
    """Which kinds of resources a column is for, and whether they need it."""
    if field not in COLUMNS:
        return ""
    kinds = dict(forms.FIXED_LISTS["kinds"])
    needed = [kinds[kind] for kind, keys in forms.NEEDS.items() if field.key in keys]
    optional = [kinds[kind] for kind, keys in forms.MAY_HAVE.items() if field.key in keys]
    parts = [f"{'、'.join(needed)}（必填）"] * bool(needed) + ["、".join(optional)] * bool(optional)
    return "；".join(parts)


def _write_lists(book: Workbook, form: Blank) -> None:
    sheet = book.create_sheet(forms.LISTS)
    marks: tuple[Value, ...] = (MARK, forms.VERSION, forms.digest_of(form.lists), form.department.code)
    for place, mark in enumerate(marks, start=1):
        put(sheet.cell(1, place), mark)
    levels = [f"{form.mlps_levels[entry.code]} 级" for entry in form.lists["systems"]]
    lists = {name: [entry.label for entry in entries] for name, entries in form.lists.items()} | {"mlps": levels}
    for place, (name, labels) in enumerate(lists.items(), start=1):
        put(sheet.cell(2, place), name)
        for row, words in enumerate(labels, start=3):
            put(sheet.cell(row, place), words)
        letter = get_column_letter(place)
        where = f"'{forms.LISTS}'!${letter}$3:${letter}${max(len(labels), 1) + 2}"
        book.defined_names[f"list_{name}"] = DefinedName(f"list_{name}", attr_text=where)
    sheet.sheet_state = "veryHidden"


def _left_of(cell: str) -> str:
    return f"{chr(ord(cell[0]) - 1)}{cell[1:]}"
