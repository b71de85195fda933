"""Plays through ansible-runner, each run in a process of its own.

    automation = AnsibleAutomation(playbooks=Path("playbooks"), ...)
    played = automation.play(job, seen=..., stop=..., keep=...)

The worker reads the player's answers and nothing else: parsing, masking and thinning out are the player's.
"""

from __future__ import annotations

import logging
import mimetypes
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self
from uuid import UUID

import msgspec

import cloudctl
from cloudctl.automation import processes
from cloudctl.automation.catalogue import Catalogue
from cloudctl.automation.directories import Home, base_of
from cloudctl.automation.player import Container, Order, Told
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.playbooks import Playbook
from cloudctl.domain.runs import Played, RunBatch
from cloudctl.ports.automation import Job, KeptFile

BLUEPRINTS = Path(cloudctl.__file__).parent / "hosting" / "blueprints"
ASK_EVERY_S = 0.5
LAST_WORDS_BYTES = 4000
LONGEST_END_S = 60.0
HANDED_DOWN = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSL_CERT_FILE", "USER", "LOGNAME", "PYTHONPATH",
)  # fmt: skip
log = logging.getLogger(__name__)
_answer = msgspec.json.Decoder(Told)

Seen = Callable[[RunBatch], None]
Stop = Callable[[], bool]
Keep = Callable[[KeptFile], None]


def shipped(name: str) -> Path:
    """Where a tree that the package brings is: in the installed package, or beside it in a checkout."""
    package = Path(cloudctl.__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name


@dataclass(frozen=True, kw_only=True)
class AnsibleAutomation:
    """Implements ports.automation.Automation. `redact` masks what looks like a secret though nobody was handed it.

    `directory` is where the directories of runs are made (tmpfs unless set); with a `container` Ansible runs in it.
    """

    playbooks_dir: Path
    redact: Callable[[str], str]
    redact_data: Callable[[Any], Any]
    blueprints_dirs: tuple[Path, ...] = ()
    inventory_dir: Path | None = None
    directory: str = ""
    forks: int = 20
    container: Container | None = None
    _catalogue: Catalogue = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_catalogue", Catalogue(self.playbooks_dir, self.blueprints_dirs))

    def playbooks(self) -> Mapping[str, Playbook]:
        return self._catalogue.playbooks()

    def play(self, job: Job, *, seen: Seen, stop: Stop, keep: Keep) -> Played:
        if self.container is not None and shutil.which(self.container.engine) is None:
            raise ConfigurationError(
                "The execution environment needs {engine}. Install it here, or clear runs.container_image.",
                engine=self.container.engine,
            )
        base = base_of(self.directory)
        home = Home(base, str(job.run_id))
        group_vars = self.inventory_dir / "group_vars" if self.inventory_dir else None
        home.make(self.playbooks_dir, self.blueprints_dirs, group_vars)
        order = Order(job=job, base=str(base), forks=self.forks, container=self.container)
        try:
            with _Player(order) as player:
                played = self._followed(player, seen, stop)
                if played is None:
                    return Played(outcome="broken", reason=self.redact(player.last_words()))
                self._hand_over(home, keep)
                return msgspec.structs.replace(
                    played, reason=self.redact(played.reason), results=self.redact_data(played.results)
                )
        finally:
            processes.end_marked(str(job.run_id))
            home.remove()

    def end(self, run_id: UUID) -> bool:
        ended = processes.end_marked(str(run_id))
        Home(base_of(self.directory), str(run_id)).remove()
        return ended

    def _followed(self, player: _Player, seen: Seen, stop: Stop) -> Played | None:
        """What the player answers in the end; None when it died without a word."""
        stopped = False
        while True:
            told = player.told(ASK_EVERY_S)
            if told is None and player.gone:
                return None
            if told is not None and told.batch is not None:
                seen(self._redacted(told.batch))
            if told is not None and told.played is not None:
                return told.played
            if not stopped and stop():
                stopped = True
                player.stop()

    def _redacted(self, batch: RunBatch) -> RunBatch:
        events = tuple(
            msgspec.structs.replace(event, text=self.redact(event.text), task=self.redact(event.task))
            for event in batch.events
        )
        return RunBatch(events=events, dropped=batch.dropped)

    def _hand_over(self, home: Home, keep: Keep) -> None:
        """The log, and whatever the playbooks left."""
        left = sorted(path for path in home.artifacts.rglob("*") if path.is_file() and not path.is_symlink())
        for path in (home.log, *left):
            name = path.name if path == home.log else str(path.relative_to(home.artifacts))
            with suppress(UnicodeDecodeError):
                path.write_text(self.redact(path.read_text(encoding="utf-8")), encoding="utf-8")
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            keep(KeptFile(name=name, media_type=media_type, path=path))


class _Player:
    """The player's process, and its answers as they come."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._answers: SimpleQueue[Told | None] = SimpleQueue()
        self._words = b""
        self.gone = False

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cloudctl.automation.player"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(str(self._order.job.run_id)),
            start_new_session=True,  # a person's ^C is the worker's to answer
        )
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._overhear)]
        for reader in self._readers:
            reader.start()
        self._say(msgspec.json.encode(self._order))
        return self

    def __exit__(self, *_: object) -> None:
        self._say(b"done")
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(LONGEST_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(5)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()

    def told(self, timeout_s: float) -> Told | None:
        """The next answer; None when there is none in time, or will be none any more."""
        try:
            told = self._answers.get(timeout=timeout_s)
        except Empty:
            return None
        self.gone = told is None
        return told

    def stop(self) -> None:
        """Has it end what it plays."""
        self._say(b"stop")

    def last_words(self) -> str:
        """Why it died, as far as it said."""
        code = self._process.wait(LONGEST_END_S)
        words = self._words.decode(errors="replace").strip().splitlines()
        if any("No module named 'ansible_runner'" in line for line in words):
            raise ConfigurationError("Ansible is not installed here. Install cloudctl[automation] on the workers.")
        return f"The player ended with {code}: {' '.join(words[-3:])}"

    def _say(self, words: bytes) -> None:
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.write(words + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._answers.put(_answer.decode(line))
            except msgspec.DecodeError:
                log.warning("the player of run %s said something else", self._order.job.run_id)
        self._answers.put(None)

    def _overhear(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._words = (self._words + line)[-LAST_WORDS_BYTES:]


def _environment(run_id: str) -> dict[str, str]:
    """Little of the worker's own: its variables may be secrets."""
    mine = {name: os.environ[name] for name in HANDED_DOWN if name in os.environ}
    here = str(Path(sys.executable).parent)
    return {**mine, "PATH": f"{here}:{mine.get('PATH', os.defpath)}", processes.MARKER: run_id}
