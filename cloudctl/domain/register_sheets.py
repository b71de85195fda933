"""The register's sheets: one for each noun, made from the table that declares its fields.

    sheet = SHEETS["systems"].sheet          # 信息系统清单, a column a field, in the order of the form
    values = SHEETS["systems"].shown(record, lists)

An empty cell leaves on record what is there, so that a sheet may fill in a part; the word CLEAR takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, get_type_hints

from cloudctl.domain import accesses, cells, devices, racks, rooms
from cloudctl.domain.accesses import Access
from cloudctl.domain.cells import Reader, Spellings, Value
from cloudctl.domain.declarations import FIELD
from cloudctl.domain.devices import Device
from cloudctl.domain.forms import FIXED_LISTS, Entry, Field, Lists
from cloudctl.domain.racks import Rack
from cloudctl.domain.register import LARGEST, LONGEST_CODE, LONGEST_TEXT, Kind, RegisterField, plain
from cloudctl.domain.rooms import Room
from cloudctl.domain.sheets import Sheet
from cloudctl.domain.surveys import REGISTER_FIELDS
from cloudctl.domain.systems import System

CLEAR: Final = "清空"
YES, NO = "是", "否"
DECLARED = Field(FIELD, "承诺不涉及国家秘密", cells.yes, "新登记的系统必须为“是”：涉密系统不得登记", "yes", width=12)
GUIDE = (
    "每行一条；编号相同的，以本表更新原有记录，只改动有变化的单元格，重复导入不产生变化。",
    f"单元格不填的，保留原有内容；确需清除的，填写“{CLEAR}”。",
    "只写数字，不写单位：单位已写在表头。日期写作 2027-01-15。",
    "导入时逐行核对，有任何一处不符，整表不予写入，并退回标明错误的同一张表；改正后重新导入即可。",
)
WITHIN_ROOMS = "racks"
WITHIN_SHEET = "merged_into_id"
"""The field whose code may stand in the same sheet."""
_SHOWN = {Kind.WHOLE: "0", Kind.FIGURE: "0.0", Kind.FEN: "0.00", Kind.DAY: "yyyy-mm-dd"}
_WIDTHS = {Kind.TEXT: 30, Kind.URL: 30, Kind.REFERENCE: 22, Kind.DAY: 13, Kind.YES: 10}


@dataclass(frozen=True, kw_only=True)
class RegisterSheet:
    """A noun's sheet, by its `plural` name: its fields, what its rows become, by which fields a row is known again."""

    plural: str
    title: str
    fields: tuple[RegisterField, ...]
    entity: type[Any]
    key: tuple[str, ...] = ("code",)
    more: tuple[Field, ...] = ()
    version: int = 1

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet itself."""
        columns = (*(_column(self, field) for field in self.fields), *self.more)
        return Sheet(
            mark=f"cloudctl register {self.plural}",
            title=self.title,
            version=self.version,
            columns=columns,
            guide=GUIDE,
            keys=self.key,
        )

    @cached_property
    def words(self) -> Lists:
        """The lists that never change: the words that its fields may have."""
        lists = {field.name: _words(field) for field in self.fields if field.options}
        yes = any(field.kind is Kind.YES for field in self.fields) or bool(self.more)
        return {**lists, "yes": FIXED_LISTS["yes"]} if yes else lists

    @cached_property
    def choices(self) -> frozenset[str]:
        """The live lists that its drop-downs need."""
        return frozenset(field.choices for field in self.fields if field.choices)

    @cached_property
    def references(self) -> Mapping[str, str]:
        """The fields that name something else, and in which live list it stands."""
        return {field.name: field.choices for field in self.fields if field.choices}

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """What a row about something new has to say."""
        return tuple(field.name for field in self.fields if field.required)

    @cached_property
    def unset(self) -> Mapping[str, object]:
        """What a field has that nobody has filled in."""
        made = {field.name: field for field in fields(self.entity)}
        return {
            field.name: default.default
            if default.default is not MISSING
            else default.default_factory()
            if default.default_factory is not MISSING
            else None
            for field in self.fields
            for default in (made[field.name],)
        }

    @cached_property
    def enums(self) -> Mapping[str, type[StrEnum]]:
        """The fields whose words are members of an enumeration."""
        hints = get_type_hints(self.entity)
        return {
            field.name: hints[field.name]
            for field in self.fields
            if isinstance(hints[field.name], type) and issubclass(hints[field.name], StrEnum)
        }

    def ordered(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        """What its rows are sorted by."""
        return tuple(str(record[name]) for name in self.key)

    def shown(self, record: Mapping[str, Any], labels: Mapping[str, Mapping[object, str]]) -> dict[str, Value]:
        """A record as its row; `labels` are the live lists' entries by what the record has: an id or a code."""
        row: dict[str, Value] = {}
        for field in self.fields:
            value = record[field.name]
            if value is not None and value not in ("", []):
                row[field.name] = _show(field, value, labels)
        if self.more and record.get("declared_at") is not None:
            row[FIELD] = YES
        return row


def _show(field: RegisterField, value: Any, labels: Mapping[str, Mapping[object, str]]) -> Value:
    match field.kind:
        case Kind.REFERENCE:
            return labels[field.choices or ""].get(value, str(value))
        case Kind.WORD:
            return next((option.label_zh for option in field.options if option.code == value), str(value))
        case Kind.WHOLE | Kind.FIGURE | Kind.DAY:
            return value  # type: ignore[no-any-return]
    return _SAID[field.kind](value) if field.kind in _SAID else str(value)


_SAID: dict[Kind, Callable[[Any], Value]] = {
    Kind.YES: lambda value: YES if value else NO,
    Kind.FEN: lambda value: value // 100 if value % 100 == 0 else value / 100,
    Kind.LIST: "、".join,
}


def _column(sheet: RegisterSheet, field: RegisterField) -> Field:
    options = field.name if field.options else "yes" if field.kind is Kind.YES else field.choices
    if field.choices == WITHIN_ROOMS:
        options = None  # a rack's code is its own within its room only
    reader = _reader(field, options)
    return Field(
        field.name,
        field.title_zh.replace("（分）", "（元）") if field.kind is Kind.FEN else field.title_zh,
        reader if field.required or field.name in sheet.key else _clearable(reader),
        field.hint_zh or _hint(field),
        options=options,
        required=field.required,
        width=_WIDTHS.get(field.kind, 16),
        shown=_SHOWN.get(field.kind, "@"),
    )


def _reader(field: RegisterField, options: str | None) -> Reader:
    if field.kind is Kind.REFERENCE and (options is None or field.name == WITHIN_SHEET):
        return _code
    if field.kind in {Kind.WORD, Kind.REFERENCE}:
        return cells.one_of(str(options))
    return _READERS[field.kind](field, LARGEST if field.most is None else field.most)


def _line(most: int) -> Reader:
    """One line in its narrow form, as `register.plain` leaves it."""
    text = cells.text(most)

    def read(value: Value, known: Spellings) -> str:
        return plain(str(text(value, known)))

    return read


def _code(value: Value, _: Spellings) -> str:
    """A code, or an entry of a drop-down, which begins with its code; it may stand in the same sheet."""
    return cells.plain(value).partition(" ")[0]


def _clearable(reader: Reader) -> Reader:
    def read(value: Value, known: Spellings) -> object:
        return CLEAR if value == CLEAR else reader(value, known)

    return read


_READERS: dict[Kind, Callable[[RegisterField, int], Reader]] = {
    Kind.TEXT: lambda field, _: cells.text(field.most or LONGEST_TEXT),
    Kind.CODE: lambda field, _: _line(field.most or LONGEST_CODE),
    Kind.URL: lambda field, _: _line(field.most or LONGEST_CODE),
    Kind.WHOLE: lambda field, most: cells.whole(field.least, most),
    Kind.FIGURE: lambda field, most: cells.figure(field.least, most, 1),
    Kind.FEN: lambda _, most: cells.yuan(most),
    Kind.LIST: lambda _field, _most: cells.several,
    Kind.DAY: lambda _field, _most: cells.day,
    Kind.YES: lambda _field, _most: cells.yes,
}


def _words(field: RegisterField) -> tuple[Entry, ...]:
    return tuple(Entry(option.code, option.label_zh) for option in field.options)


def _hint(field: RegisterField) -> str:
    match field.kind:
        case Kind.FEN:
            return "单位：元，最多两位小数"
        case Kind.DAY:
            return "例如：2027-01-15"
        case Kind.LIST:
            return "多个之间用顿号分隔"
        case Kind.WORD | Kind.YES | Kind.REFERENCE:
            return "从下拉列表中选择"
        case Kind.WHOLE | Kind.FIGURE:
            return "只写数字"
    return ""


SHEETS: dict[str, RegisterSheet] = {
    sheet.plural: sheet
    for sheet in (
        RegisterSheet(plural="systems", title="信息系统清单", fields=REGISTER_FIELDS, entity=System, more=(DECLARED,)),
        RegisterSheet(plural="rooms", title="机房清单", fields=rooms.FIELDS, entity=Room),
        RegisterSheet(plural="racks", title="机柜清单", fields=racks.FIELDS, entity=Rack, key=("room_id", "code")),
        RegisterSheet(plural="devices", title="设备清单", fields=devices.FIELDS, entity=Device),
        RegisterSheet(plural="accesses", title="网络接入清单", fields=accesses.FIELDS, entity=Access, key=("number",)),
    )
}
"""The sheets by the plural names of their nouns."""
