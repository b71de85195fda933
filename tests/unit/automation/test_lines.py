"""What comes too fast is left out, counted and said; the file has all of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cloudctl.automation import lines
from cloudctl.automation.lines import LINES_PER_S, LONGEST_TEXT, Log, event_of
from cloudctl.automation.masking import Mask
from cloudctl.domain.runs import RunEvent


def line(text: str, kind: str = "line") -> RunEvent:
    return RunEvent(at=datetime(2026, 11, 22, tzinfo=UTC), kind=kind, text=text)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """A log whose clock stands still until the test moves it."""
    clock: dict[str, float] = {"now": 0.0}
    monkeypatch.setattr(lines.time, "monotonic", lambda: clock["now"])
    made = Log(tmp_path / "log.txt")
    made.clock = clock  # type: ignore[attr-defined]
    yield made
    made.close()


def test_ten_thousand_lines_a_second_are_thinned_out_and_counted(log: Any, tmp_path: Path) -> None:
    batches = []
    for tenth in range(30):
        log.clock["now"] = tenth / 10
        for number in range(1000):
            log.add(line(f"line {tenth}-{number}"))
        batches.append(log.batch())
    log.close()
    shown = sum(len(batch.events) for batch in batches)
    dropped = sum(batch.dropped for batch in batches)
    assert shown + dropped == 30_000
    assert shown <= 4 * LINES_PER_S
    assert log.dropped == dropped
    assert (tmp_path / "log.txt").read_text().count("\n") == 30_000


def test_failures_are_shown_though_everything_else_is_too_much(log: Any) -> None:
    for number in range(50_000):
        log.add(line(f"line {number}"))
    log.add(line("fatal: it failed", "failed"))
    batch = log.batch()
    assert batch.events[-1].text == "fatal: it failed"
    assert batch.dropped == 50_000 - LINES_PER_S


def test_the_file_has_an_end(log: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LARGEST_LOG_BYTES", 1000)
    for _ in range(100):
        log.add(line("x" * 100))
    log.close()
    kept = (tmp_path / "log.txt").read_text()
    assert len(kept) < 1300
    assert kept.endswith("lines more were not kept.\n")


def test_a_long_text_is_cut_and_says_so(log: Any) -> None:
    log.add(line("\n".join(f"line {number}" for number in range(2000))))
    (event,) = log.batch().events
    assert len(event.text) < LONGEST_TEXT + 100
    assert event.text.endswith("lines more; log.txt has them.")


def test_reports_become_lines() -> None:
    mask = Mask(["hunter2"])
    report = {
        "event": "runner_on_ok", "stdout": "\x1b[0;33mchanged: [a] hunter2\x1b[0m\r\n",
        "event_data": {"host": "a", "task": "Set hunter2", "res": {"changed": True}},
    }  # fmt: skip
    event = event_of(report, mask)
    assert event is not None
    assert (event.kind, event.host, event.task, event.text) == ("changed", "a", "Set ***", "changed: [a] ***")
    assert event_of({"event": "verbose", "stdout": ""}, mask) is None
    ignored = event_of({"event": "runner_on_failed", "stdout": "x", "event_data": {"ignore_errors": True}}, mask)
    assert ignored is not None
    assert ignored.kind == "line"
