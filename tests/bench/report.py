"""The tables of measures, on the screen and in docs/performance.md: each part between its marks, the prose stays."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measures import Measure

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def table(measures: list[Measure]) -> str:
    """Markdown."""
    lines = ["| measure | peer | value | goal | | raw figures |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {m.name} | {m.peer} | {m.value:.2f}{m.unit} | {m.goal or ''} | {m.verdict} | {m.raw} |" for m in measures
    ]
    return "\n".join(lines)


def write(part: str, measures: list[Measure]) -> None:
    """Replaces what stands between a part's marks; raises ValueError for a part without them."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = (f"<!-- {part}: {place} -->" for place in ("begin", "end"))
    if begin not in page or end not in page:
        raise ValueError(f"{PAGE.name} has no place for {part}: {begin} and {end}")
    before, after = page.partition(begin)[0], page.partition(end)[2]
    today = datetime.now(UTC).date()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    measured = f"### {part}\n\nMeasured {today} in one run: {machine}.\n\n{table(measures)}"
    PAGE.write_text(f"{before}{begin}\n{measured}\n{end}{after}", encoding="utf-8")
