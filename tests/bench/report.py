"""The table of measures, on the screen and in docs/performance.md (between two marks, the prose around them stays)."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.measures import Measure

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def table(measures: list[Measure]) -> str:
    """Markdown."""
    lines = ["| measure | peer | value | goal | | raw figures |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {m.name} | {m.peer} | {m.value:.2f}{m.unit} | {m.goal or ''} | {m.verdict} | {m.raw} |" for m in measures
    ]
    return "\n".join(lines)


def write(measures: list[Measure]) -> None:
    """Replaces what stands between the marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    today = datetime.now(UTC).date()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    measured = f"Measured {today} by `make bench` in one run: {machine}.\n\n{table(measures)}"
    page = f"{before}{BEGIN}\n{measured}\n{END}{after}"
    PAGE.write_text(page, encoding="utf-8")
