"""What came of a playing, from what ansible-runner reported: host by host, and why."""

from __future__ import annotations

from typing import Any

from cloudctl.automation.masking import Mask
from cloudctl.domain.runs import HostStats, Played, RunEvent

TOLD_HOSTS = 5
LONGEST_REASON = 2000
COUNTS = {
    "ok": "ok", "changed": "changed", "failed": "failures", "unreachable": "dark", "skipped": "skipped",
    "rescued": "rescued", "ignored": "ignored",
}  # fmt: skip
FAILED = frozenset({"runner_on_failed", "runner_on_unreachable", "runner_on_async_failed"})


class Tally:
    """Takes reports in their order; answers what came of them."""

    def __init__(self) -> None:
        self._stats: dict[str, HostStats] | None = None
        self._failures: dict[str, tuple[str, str]] = {}
        self._failed_tasks: set[str] = set()
        self._first_failed: str | None = None
        self._last_task = ""
        self._play = ""
        self._play_of: dict[str, str] = {}
        self._last_lines: list[str] = []

    def add(self, report: dict[str, Any], event: RunEvent | None) -> None:
        """One report, and the masked line that was made of it."""
        data = report.get("event_data") or {}
        match report.get("event"):
            case "playbook_on_play_start":
                self._play = str(data.get("play_uuid", ""))
            case "playbook_on_task_start":
                self._last_task = str(data.get("task_uuid", ""))
            case "playbook_on_stats":
                self._stats = _stats(data)
            case name if name in FAILED and not data.get("ignore_errors"):
                self._failed(data, event)
        if host := data.get("host"):
            self._play_of[str(host)] = self._play
        if event is not None and event.kind == "line":
            self._last_lines = [*self._last_lines[-9:], event.text]

    def played(
        self, status: str, rc: int | None, *, stopped: bool, results: dict[str, Any], mask: Mask, digest: str
    ) -> Played:  # fmt: skip
        """The outcome, by what ansible-runner says in the end."""
        stats = self._stats or {}
        outcome = _outcome(status, stopped=stopped, told=self._stats is not None)
        if outcome == "succeeded" and not any(one.ok or one.changed or one.skipped for one in stats.values()):
            outcome = "broken"  # no host matched: nothing was carried out
        return (
            Played(
                outcome=outcome,
                reason=mask.text(self._reason(outcome, rc))[:LONGEST_REASON],
                stats=stats,
                failed_task=self._first_failed,
                unfinished=self._unfinished(stats) if outcome == "failed" else tuple(stats),
                results=results,
                digest=digest,
            )
            if outcome != "succeeded"
            else Played(outcome=outcome, stats=stats, results=results, digest=digest)
        )

    def _failed(self, data: dict[str, Any], event: RunEvent | None) -> None:
        host, task = str(data.get("host", "")), str(data.get("task") or data.get("name") or "")
        self._failed_tasks.add(str(data.get("task_uuid", "")))
        self._first_failed = self._first_failed or task
        self._failures.setdefault(host, (task, _words(data.get("res") or {}, event)))

    def _unfinished(self, stats: dict[str, HostStats]) -> tuple[str, ...]:
        """When the last task that began is one that failed, the play may have ended there for all of its hosts."""
        if self._last_task not in self._failed_tasks:
            return ()
        return tuple(name for name, one in stats.items() if one.good and self._play_of.get(name) == self._play)

    def _reason(self, outcome: str, rc: int | None) -> str:
        told = [f"{host}: {task}: {words}" for host, (task, words) in list(self._failures.items())[:TOLD_HOSTS]]
        if (more := len(self._failures) - len(told)) > 0:
            told.append(f"and {more} hosts more")
        match outcome:
            case "cancelled":
                return ""
            case "timed_out":
                return "; ".join(["It took longer than it may.", *told])
            case "broken":
                return " ".join([f"ansible-playbook ended with {rc}.", *told, *self._last_lines])
        return "; ".join(told)


def _outcome(status: str, *, stopped: bool, told: bool) -> str:
    if stopped:
        return "cancelled"
    if status == "timeout":
        return "timed_out"
    if not told:
        return "broken"
    return "succeeded" if status == "successful" else "failed"


def _stats(data: dict[str, Any]) -> dict[str, HostStats]:
    hosts = {str(host) for count in COUNTS.values() for host in (data.get(count) or {})}
    return {
        host: HostStats(**{name: int((data.get(count) or {}).get(host, 0)) for name, count in COUNTS.items()})
        for host in sorted(hosts)
    }


def _words(res: dict[str, Any], event: RunEvent | None) -> str:
    """What the module said of its failure; of a loop the first item's that failed."""
    for one in [res, *(item for item in res.get("results") or [] if isinstance(item, dict) and item.get("failed"))]:
        for name in ("msg", "stderr", "module_stderr", "stdout", "reason"):
            words = str(one.get(name) or "").strip()
            if words and words != "One or more items failed":
                return words[:500]
    return event.text[:500] if event is not None else ""
