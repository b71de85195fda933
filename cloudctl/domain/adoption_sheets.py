"""The sheet of an adoption (纳管清单): its columns, and what a row of it needs besides.

One row is one server, or one volume that belongs to none; columns behind the last one say, in a sheet of rejected
rows, why.
"""

from __future__ import annotations

from cloudctl.domain import cells, sheets
from cloudctl.domain.adoptions import LONGEST_TERM_MONTHS
from cloudctl.domain.cells import Spellings, Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import Field
from cloudctl.domain.sheets import NOTHING_SPOILT, Content, Line, Sheet, Spoilt


def _code(value: Value, _: Spellings) -> str:
    """A code, or an entry of a drop-down, which begins with its code."""
    return str(cells.word(200)(value, {})).partition(" ")[0]


SHEET = Sheet(
    mark="cloudctl adoption sheet",
    title="纳管清单",
    version=1,
    columns=(
        Field("cloud", "云平台", _code, "从下拉列表中选择", options="clouds", required=True, width=20),
        Field("native_id", "云内编号", cells.word(200), "云平台自己的编号；与名称二选一，编号优先", width=40),
        Field("name", "名称", cells.text(200), "没有编号时填写，须与云平台中的名称一致", width=24),
        Field("folder", "目录或项目", cells.text(200), "同名的有多台时填写，例如：市直/发改委", width=24),
        Field("department", "所属单位", _code, "从下拉列表中选择", options="departments", required=True, width=24),
        Field("system", "所属系统", _code, "从下拉列表中选择", options="systems", required=True, width=24),
        Field("zone", "网络区域", _code, "云平台服务于多个区域时填写", options="zones", width=16),
        Field(
            "term_months", "期限（月）", cells.whole(1, LONGEST_TERM_MONTHS), "自纳管之日起", required=True, width=11,
            shown="0",
        ),
        Field("contact", "负责人及电话", cells.text(200), "例如：李某某 0532-12345678", required=True, width=26),
    ),
    guide=(
        "每行一台云主机（或一块未挂载的云硬盘）；云主机上挂载的云硬盘随云主机一并纳管。",
        "只由本单位使用的网段随云主机一并纳管；与其他单位共用的网段保持不变。",
        "“云内编号”与“名称”填写其一即可；同名的有多台时，请同时填写“目录或项目”。",
        "导入时逐行核对：核对无误的行予以纳管，其余各行连同原因退回，改正后可再次导入。",
    ),
)  # fmt: skip
REASONS: tuple[tuple[str, str, int], ...] = (("reason", "退回原因", 48), ("way_out", "处理办法", 48))
"""What a sheet of rejected rows has behind the last column: key, title, width."""


def read_line(row: int, content: Content, spoilt: Spoilt = NOTHING_SPOILT) -> Line:
    """A row as `sheets.read_line` reads it; it also has to name an object."""
    line = sheets.read_line(SHEET, row, content, {}, spoilt)
    if not line.faults and not line.values.get("native_id") and not line.values.get("name"):
        line.faults.append(
            ("native_id", Invalid("The row names no object.", way_out="Give the cloud's id, or a name."))
        )
    return line
