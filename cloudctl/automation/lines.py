"""What Ansible reports, as lines of a run's log: masked, bounded, and no faster than anybody could read.

The whole output goes into a file, up to a bound of its own. What a reader sees live is a part of it: what changed,
failed or began is always there, of the rest a thousand lines a second, and how many were left out is said.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cloudctl.automation.masking import Mask
from cloudctl.domain.runs import RunBatch, RunEvent

LINES_PER_S = 1000
URGENT_PER_S = 200
LONGEST_TEXT = 4000
LARGEST_LOG_BYTES = 32 << 20
KINDS = {
    "playbook_on_play_start": "play",
    "playbook_on_task_start": "task",
    "playbook_on_handler_task_start": "task",
    "runner_on_ok": "ok",
    "runner_item_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_item_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
    "runner_on_skipped": "skipped",
    "runner_item_on_skipped": "skipped",
    "runner_on_async_failed": "failed",
}
URGENT = frozenset({"play", "task", "changed", "failed", "unreachable"})
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def event_of(report: dict[str, Any], mask: Mask) -> RunEvent | None:
    """The line, or lines, of one report of ansible-runner; None for what says nothing."""
    kind = KINDS.get(report.get("event", ""), "line")
    text = mask.text(_COLOURS.sub("", report.get("stdout") or "").replace("\r", "").strip("\n"))
    data = report.get("event_data") or {}
    if kind == "ok" and (data.get("res") or {}).get("changed"):
        kind = "changed"
    if kind == "failed" and data.get("ignore_errors"):
        kind = "line"
    if not text and kind in {"line", "skipped"}:
        return None
    at = datetime.now(UTC)
    return RunEvent(at=at, kind=kind, host=str(data.get("host") or ""), task=mask.text(_task(data)), text=text)


def _task(data: dict[str, Any]) -> str:
    return str(data.get("task") or data.get("name") or "")


class Log:
    """Takes lines as fast as they come; hands out batches when asked. Safe from two threads."""

    def __init__(self, whole: Path) -> None:
        self._lock = threading.Lock()
        self._waiting: list[RunEvent] = []
        self._dropped = self._dropped_in_all = self._cut = 0
        self._room = float(LINES_PER_S)
        self._urgent_room = float(URGENT_PER_S)
        self._filled_at = time.monotonic()
        self._file = whole.open("w", encoding="utf-8")
        self._written = 0

    @property
    def dropped(self) -> int:
        """How many lines were left out in all."""
        return self._dropped_in_all

    def add(self, event: RunEvent) -> None:
        """One more; the file gets all of it, the batch what there is room for."""
        lines = event.text.count("\n") + 1
        with self._lock:
            self._write(event, lines)
            if not self._has_room(event.kind, lines):
                self._dropped += lines
                self._dropped_in_all += lines
                return
            self._waiting.append(_bounded(event, lines))

    def batch(self) -> RunBatch | None:
        """What has come since the last time; None for nothing."""
        with self._lock:
            events, dropped = self._waiting, self._dropped
            self._waiting, self._dropped = [], 0
        return RunBatch(events=tuple(events), dropped=dropped) if events or dropped else None

    def close(self) -> None:
        """The file is whole."""
        with self._lock:
            if self._file.closed:
                return
            if self._cut:
                self._file.write(f"... {self._cut} lines more were not kept.\n")
            self._file.close()

    def _write(self, event: RunEvent, lines: int) -> None:
        if self._written > LARGEST_LOG_BYTES:
            self._cut += lines
        else:
            self._written += self._file.write(f"{event.text}\n")

    def _has_room(self, kind: str, lines: int) -> bool:
        """A bucket that fills by the second; a single event that is larger than it may empty it."""
        now = time.monotonic()
        passed, self._filled_at = now - self._filled_at, now
        self._room = min(LINES_PER_S, self._room + passed * LINES_PER_S)
        self._urgent_room = min(URGENT_PER_S, self._urgent_room + passed * URGENT_PER_S)
        if kind in URGENT and self._urgent_room >= 1:
            self._urgent_room -= 1
            return True
        if self._room < 1:
            return False
        self._room -= min(lines, LINES_PER_S)
        return True


def _bounded(event: RunEvent, lines: int) -> RunEvent:
    if len(event.text) <= LONGEST_TEXT:
        return event
    shown = event.text[:LONGEST_TEXT].rpartition("\n")[0] or event.text[:LONGEST_TEXT]
    left = lines - shown.count("\n") - 1
    words = f"{shown}\n... {left} lines more; log.txt has them." if left > 0 else f"{shown} ..."
    return RunEvent(at=event.at, kind=event.kind, host=event.host, task=event.task, text=words)
