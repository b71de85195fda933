"""Carrying out playbooks, whatever carries them out.

    played = ctx.automation.play(job, seen=keep, stop=lambda: called_off(), keep=into_the_file_store)
    ctx.automation.end(run_id)          # whatever a worker that died has left behind

A job's secrets live in the memory of the process that plays it and in a directory of its own on tmpfs; both are gone
when it has ended, however it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.hosts import RunKey, Target
from cloudctl.domain.playbooks import Playbook
from cloudctl.domain.runs import Played, RunBatch


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One playing of one run. `secrets` are variables whose values are masked wherever they show.

    So are `host_secrets`, by alias. `shared` are variables of all hosts; `variables` are Ansible's for single hosts, by
    alias, and win over what a target says of itself. With a `digest` only that very tree of playbooks is played.
    """

    run_id: UUID
    playbook: str
    arguments: dict[str, Any]
    targets: tuple[Target, ...]
    timeout_s: float
    check: bool = False
    tags: tuple[str, ...] = ()
    start_at_task: str | None = None
    secrets: dict[str, Any] = {}
    key: RunKey | None = None
    host_secrets: dict[str, dict[str, Any]] = {}
    shared: dict[str, Any] = {}
    variables: dict[str, dict[str, Any]] = {}
    digest: str = ""


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a playing leaves, secrets masked; `path` exists until `play` returns."""

    name: str
    media_type: str
    path: Path


class Automation(Protocol):
    """What plays playbooks. Raises ConfigurationError where the installation lacks what it needs."""

    def playbooks(self) -> Mapping[str, Playbook]:
        """What the catalogue has, by name."""
        ...

    def play(
        self,
        job: Job,
        *,
        seen: Callable[[RunBatch], None],
        stop: Callable[[], bool],
        keep: Callable[[KeptFile], None],
    ) -> Played:
        """Plays to the end, with what the playbooks' tree is at the start.

        `seen` gets what is said, a few times a second at most; `stop` is asked as often; `keep` gets each file at the
        end.
        """
        ...

    def end(self, run_id: UUID) -> bool:
        """Ends what is left of a playing of this run on this machine; answers whether there was anything."""
        ...
