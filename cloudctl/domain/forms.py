"""The application form (申请表) as a table: its fields and columns, what each kind of resource needs, its drop-downs.

The workbook has a cover, one sheet for all resources, a help sheet and a hidden sheet with the lists and the mark of
the template. Its words are Chinese whoever reads it: it is the office's own form. Cells are read by `domain/cells.py`.

    values, faults = read_cover(filled, spellings(lists))
    lines, more, lost = read_rows(filled, spellings(lists))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import msgspec

from cloudctl.domain import cells
from cloudctl.domain.cells import Reader, Spellings, Value
from cloudctl.domain.errors import Invalid

VERSION = 1
"""Raised when a field or column moves: a form of another version is refused, and a new one has to be fetched."""
COVER, ITEMS, HELP, FAULTS, LISTS = "申请表", "资源清单", "填写说明", "错误清单", "选项"
HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
MOST_ROWS = 10_000
MOST_ITEMS = 100
"""Of one order: the rows of one system and zone."""


class Entry(NamedTuple):
    """One line of a drop-down: its code, and how people see it (`code name`)."""

    code: str
    label: str


Lists = Mapping[str, Sequence[Entry]]
FIXED_LISTS: dict[str, tuple[Entry, ...]] = {
    "kinds": (
        Entry("server", "云主机"),
        Entry("volume", "云硬盘"),
        Entry("network", "网段"),
        Entry("address", "浮动地址"),
    ),
    "backup": (Entry("none", "不备份"), Entry("daily", "每日"), Entry("weekly", "每周")),
    "yes": (Entry("yes", "是"), Entry("no", "否")),
}


class Field(NamedTuple):
    """A field of the cover (`cell` says where) or a column: its title with the unit, and how its cell is read.

    `shown` is the format of its cells, as workbooks name it: `@` is text.
    """

    key: str
    title: str
    read: Reader
    hint: str
    options: str | None = None
    required: bool = False
    cell: str = ""
    width: int = 14
    shown: str = "@"


def _chosen(key: str, title: str, options: str, hint: str, **more: object) -> Field:
    return Field(key, title, cells.one_of(options), hint, options=options, **more)  # type: ignore[arg-type]


DEPARTMENT = Field("department", "申请单位", cells.word(64), "由系统填写，请勿修改", required=True, cell="B3")
MLPS_CELL = "B4"
COVER_FIELDS: tuple[Field, ...] = (
    DEPARTMENT,
    _chosen("system", "所属系统", "systems", "从下拉列表中选择", required=True, cell="D3"),
    _chosen("zone", "网络区域", "zones", "从下拉列表中选择", required=True, cell="D4"),
    Field("title", "申请事项", cells.text(200), "一句话，例如：审批平台扩容", required=True, cell="B5"),
    Field("purpose", "用途说明", cells.text(4000), "要做什么、为什么需要这些资源", required=True, cell="B6"),
    Field("users", "服务对象", cells.text(4000), "例如：80 个市直部门，约 3000 人", cell="B7"),
    Field("project_document", "立项批复文号", cells.text(200), "例如：发改高技〔2026〕12号", cell="B8"),
    Field("go_live_on", "计划上线日期", cells.day, "例如：2027-01-15", cell="D8"),
    Field("ports", "开放端口", cells.text(200), "例如：443/tcp", cell="B9"),
    Field("bandwidth_mbps", "互联网带宽（Mbit/s）", cells.whole(1, 100_000), "只写数字", cell="D9"),
    _chosen("backup", "备份策略", "backup", "不填即不备份", cell="B10"),
    Field("no_state_secrets", "承诺不涉及国家秘密", cells.yes, "必须为“是”：涉密系统不得使用本平台", "yes",
          required=True, cell="D10"),
    Field("contact_name", "联系人", cells.text(200), "代办时填写本单位经办人的姓名或账号", cell="B11"),
    Field("contact_phone", "联系电话", cells.text(200), "例如：0532-12345678", cell="D11"),
)  # fmt: skip
COLUMNS: tuple[Field, ...] = (
    _chosen("kind", "资源类型", "kinds", "云主机、云硬盘、网段或浮动地址", required=True, width=11),
    Field("name", "名称", cells.word(63), "小写字母、数字和连字符；云主机依次为 名称-1、名称-2……", width=16),
    Field("count", "数量（台）", cells.whole(1, 50), "云主机的台数，不填即 1", width=10),
    _chosen("specification", "规格", "specifications", "云主机的规格", width=30),
    _chosen("image", "操作系统镜像", "images", "云主机的镜像", width=24),
    Field("disks", "数据盘（GiB）", cells.disks, "每台云主机的数据盘，多块写作 100+200", width=12),
    Field("size_gib", "云硬盘容量（GiB）", cells.whole(1, cells.LARGEST_GIB), "单独的云硬盘", width=12),
    _chosen("volume_type", "存储类型", "volume_types", "用于本行所有数据盘或云硬盘", width=13),
    Field("network", "所在网段", cells.word(64), "本表中网段的名称，或已有网段的编号", width=14),
    Field("range", "网段大小（位数）", cells.segment, "例如 26；指定网段写 10.8.1.0/26；不填即 24", width=13),
    Field("ipv6", "IPv6", cells.yes, "网段是否同时分配 IPv6，不填即是", "yes", width=8),
    Field("server", "绑定的云主机", cells.word(70), "浮动地址：名称-序号；云硬盘：已有云主机的编号", width=14),
    Field("term_months", "期限（月）", cells.whole(1, 120), "自交付之日起", required=True, width=11),
    Field("ssh_keys", "SSH 公钥", cells.keys, "每行一个公钥", width=14),
    _chosen("system", "所属系统", "systems", "不填即与申请表相同", width=16),
    _chosen("zone", "网络区域", "zones", "不填即与申请表相同", width=15),
)
LETTERS: dict[str, str] = {column.key: chr(ord("B") + place) for place, column in enumerate(COLUMNS)}
"""The column of each field; column A numbers the rows and is not read."""
COVER_CELLS: dict[str, str] = {entry.key: entry.cell for entry in COVER_FIELDS}

_ALWAYS = frozenset({"kind", "term_months", "system", "zone"})
# What each kind of resource needs and may have, besides what all have.
NEEDS: dict[str, frozenset[str]] = {
    "server": frozenset({"name", "specification", "image", "network"}),
    "volume": frozenset({"name", "size_gib"}),
    "network": frozenset({"name"}),
    "address": frozenset({"server"}),
}
MAY_HAVE: dict[str, frozenset[str]] = {
    "server": frozenset({"count", "disks", "volume_type", "ssh_keys"}),
    "volume": frozenset({"volume_type", "server"}),
    "network": frozenset({"range", "ipv6"}),
    "address": frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in one cell: a message id with its params, and the way out."""

    sheet: str
    cell: str
    message: str
    way_out: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    code: str = "invalid"

    @property
    def place(self) -> str:
        """As formulas name it: `资源清单!D7`."""
        return f"{self.sheet}!{self.cell}"

    def params_in(self, locale: str) -> dict[str, object]:
        """The params for readers of `locale`: what policies say comes in every language."""
        return {
            name: (value.get(locale) or value.get("en", "")) if isinstance(value, Mapping) else value
            for name, value in self.params.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """What a form is made of: whose it is, its lists, and what is already filled in (values as people see them)."""

    department: Entry
    lists: Lists
    mlps_levels: Mapping[str, int]
    day: str
    cover: Mapping[str, Value] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that came back. `spoilt` are cells (`sheet!cell`) that hold no plain value; `faults` say why."""

    version: int
    digest: str
    cover: Mapping[str, Value]
    rows: Sequence[tuple[int, Mapping[str, Value]]]
    faults: Sequence[Fault] = ()
    spoilt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of resources as it was read: only what was written, under the keys of the columns."""

    row: int
    values: Mapping[str, object]

    def fault(self, key: str, error: Invalid) -> Fault:
        """What is wrong with a cell of this row."""
        return _fault(ITEMS, f"{LETTERS[key]}{self.row}", error)


def digest_of(lists: Lists) -> str:
    """What tells two states of the catalogue apart."""
    entries = {name: [list(entry) for entry in entries] for name, entries in sorted(lists.items())}
    return sha256(msgspec.json.encode(entries)).hexdigest()[:16]


def spellings(lists: Lists) -> Spellings:
    """How each entry may be written: its code, its label as the drop-down shows it, its name where only one has it."""
    accepted: dict[str, dict[str, str]] = {}
    for options, entries in lists.items():
        known = accepted.setdefault(options, {})
        names = [_name(entry) for entry in entries]
        times = Counter(names)
        for entry, name in zip(entries, names, strict=True):
            if times[name] == 1:
                known[name] = entry.code
        for entry in entries:  # codes win over names
            known[cells.plain(entry.label).casefold()] = known[cells.plain(entry.code).casefold()] = entry.code
    return accepted


def read_cover(filled: Filled, known: Spellings) -> tuple[dict[str, object], list[Fault]]:
    """The values of the cover's fields that are filled in, and what is wrong with the others."""
    values: dict[str, object] = {}
    faults: list[Fault] = []
    for entry in COVER_FIELDS:
        if f"{COVER}!{entry.cell}" in filled.spoilt:
            continue
        try:
            value = filled.cover.get(entry.key)
            if not cells.empty(value):
                values[entry.key] = entry.read(value, known)
            elif entry.required:
                raise _missing()
        except Invalid as error:
            faults.append(_fault(COVER, entry.cell, error))
    return values, faults


class Rows(NamedTuple):
    """The rows without a fault, what is wrong with the others, and their names; None where a name could not be read."""

    lines: list[Line]
    faults: list[Fault]
    lost: set[str | None]


def read_rows(filled: Filled, known: Spellings) -> Rows:
    """The rows that hold anything."""
    lines: list[Line] = []
    faults: list[Fault] = []
    lost: set[str | None] = set()
    for row, content in filled.rows:
        values, wrong = _read_row(row, content, known, filled.spoilt)
        faults += wrong
        if not wrong and not any(f"{ITEMS}!{letter}{row}" in filled.spoilt for letter in LETTERS.values()):
            lines.append(Line(row=row, values=values))
        else:
            lost.add(str(values["name"]) if "name" in values else None)
    if not filled.rows:
        faults.append(_fault(ITEMS, f"{LETTERS['kind']}{FIRST_ROW}", _missing()))
    return Rows(lines, faults, lost)


def _read_row(
    row: int, content: Mapping[str, Value], known: Spellings, spoilt: frozenset[str]
) -> tuple[dict[str, object], list[Fault]]:
    values: dict[str, object] = {}
    faults: list[Fault] = []
    kind: str | None = None
    for column in COLUMNS:
        cell = f"{LETTERS[column.key]}{row}"
        if f"{ITEMS}!{cell}" in spoilt:
            continue
        value = content.get(column.key)
        try:
            _refuse_misplaced(kind, column, value)
            if not cells.empty(value):
                values[column.key] = column.read(value, known)
        except Invalid as error:
            faults.append(_fault(ITEMS, cell, error))
        if column.key == "kind":
            kind = str(values["kind"]) if "kind" in values else None
    return values, faults


def _refuse_misplaced(kind: str | None, column: Field, value: Value) -> None:
    """Raises Invalid for a cell that is empty and needed, or filled and not of the row's kind."""
    if cells.empty(value):
        if column.required or (kind is not None and column.key in NEEDS[kind]):
            raise _missing()
    elif kind is not None and column.key not in NEEDS[kind] | MAY_HAVE[kind] | _ALWAYS:
        titles = dict(FIXED_LISTS["kinds"])
        raise Invalid("A {kind} takes nothing here.", way_out="Leave the cell empty.", kind=titles[kind])


def _missing() -> Invalid:
    return Invalid("This is required.", way_out="Fill the cell in.")


def _fault(sheet: str, cell: str, error: Invalid) -> Fault:
    return Fault(sheet=sheet, cell=cell, message=error.message, way_out=error.way_out, params=error.params)


def _name(entry: Entry) -> str:
    return cells.plain(entry.label.removeprefix(entry.code)).casefold()
