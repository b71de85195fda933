"""Playbooks for the matrix: a play is two lines in a file that outlives the worker and shows what was done twice.

Real Ansible under a worker that dies is in tests/unit/automation and tests/unit/workflows/test_run_playbook.py; here a
worker dies some hundred times, and Ansible would take minutes each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cloudctl.domain.playbooks import Approval, Playbook, Repeat
from cloudctl.domain.runs import HostStats, Played, RunBatch, RunEvent
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.settings import Settings
from tests.seeds import shipped_policies, upgradable_blueprints
from tests.stand_in import STATES, World

BROKEN = "break_down"


def outside(settings: Settings) -> dict[str, Any]:
    """All that is outside of the platform but the clouds, in files beside its database; and what is deployed."""
    world = world_of(settings)
    hands = {"automation": Plays(settings), "names": world.names, "doors": world.doors}
    return {**hands, **read_once()}


def read_once() -> dict[str, Any]:
    """What is shipped, and the same for every city."""
    return {"policies": shipped_policies(), "blueprints": upgradable_blueprints()}


def world_of(settings: Settings) -> World:
    """The hosts, backups and names that applications have."""
    return World(Path(settings.data_dir) / "world.sqlite3")


class Plays:
    """Implements ports.automation.Automation; `done` is what was played, a line for each beginning and end."""

    def __init__(self, settings: Settings) -> None:
        self._file = Path(settings.data_dir) / "plays.txt"
        self._hands = world_of(settings).automation

    @property
    def done(self) -> list[str]:
        return self._file.read_text().splitlines() if self._file.exists() else []

    def playbooks(self) -> Mapping[str, Playbook]:
        return {
            name: playbook for name, playbook in self._hands.playbooks().items() if name in STATES
        } | {
            name: Playbook(
                name=name, summary={}, changes=True, repeat=repeat, approval=Approval.NONE, timeout_minutes=5,
                owner="operations", digest="0" * 64,
            )
            for name, repeat in (("count_up", Repeat.UNSAFE), ("set_up", Repeat.SAFE), (BROKEN, Repeat.SAFE))
        }  # fmt: skip

    def play(
        self,
        job: Job,
        *,
        seen: Callable[[RunBatch], None],
        stop: Callable[[], bool],
        keep: Callable[[KeptFile], None],
    ) -> Played:
        if job.playbook in STATES:
            return self._hands.play(job, seen=seen, stop=stop, keep=keep)
        self._note(f"begin {job.playbook}")
        seen(RunBatch(events=(RunEvent(at=datetime.now(UTC), kind="task", text="begun"),)))
        if job.playbook == BROKEN:
            raise RuntimeError("nobody had foreseen it")
        self._note(f"end {job.playbook}")
        keep(KeptFile(name="plays.txt", media_type="text/plain", path=self._file))
        return Played(outcome="succeeded", stats={target.alias: HostStats(ok=1) for target in job.targets})

    def end(self, run_id: UUID) -> bool:
        return False

    def _note(self, line: str) -> None:
        with self._file.open("a") as file:
            file.write(f"{line}\n")
