"""The process that plays one run: `python -m cloudctl.automation.player`, started by `runner`.

stdin     the order as one line of JSON; later "stop"; its end means that the worker is gone
stdout    lines of JSON: what was said, in batches; at last what came of it

A process of its own, so that ten thousand lines a second cost the worker nothing, and so that all that a run has
started ends with it: by `stop`, by the worker's death, by its time being over.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from cloudctl.automation import processes
from cloudctl.automation.directories import Home, digest_of
from cloudctl.automation.lines import Log, event_of
from cloudctl.automation.masking import Mask
from cloudctl.automation.outcomes import Tally
from cloudctl.domain.runs import Played, RunBatch
from cloudctl.ports.automation import Job

CALLBACKS = Path(__file__).parent / "callbacks"
FLUSH_EVERY_S = 0.3
GRACE_S = 10.0


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """The execution environment: an image, and the engine that runs it."""

    engine: str
    image: str
    options: tuple[str, ...] = ()


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a player is told: the job, and the directory that was made for it."""

    job: Job
    base: str
    forks: int
    container: Container | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the player's answer."""

    batch: RunBatch | None = None
    played: Played | None = None


class Player:
    """One playing."""

    def __init__(self, order: Order, answers: IO[bytes]) -> None:
        self._order, self._job = order, order.job
        self._answers = answers
        self._home = Home(Path(order.base), str(order.job.run_id))
        files = order.job.key.files if order.job.key else {}
        private = [content for name, content in files.items() if "PRIVATE KEY" in content]
        self._mask = Mask([order.job.secrets, order.job.host_secrets, private])
        self._log = Log(self._home.log)
        self._tally = Tally()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def play(self) -> None:
        """To the end, and says what came of it."""
        listener = threading.Thread(target=self._listen, name="orders", daemon=True)
        listener.start()
        flusher = threading.Thread(target=self._flush, name="log", daemon=True)
        flusher.start()
        played = self._played()
        self._over.set()
        flusher.join()
        processes.end_below(os.getpid())
        self._log.close()
        self._say_log()
        self._mask_files()
        self._tell(Told(played=msgspec.structs.replace(played, dropped=self._log.dropped)))
        listener.join()  # until the worker has taken what is left, or is gone

    def remove(self) -> None:
        """Nothing is left of its directory."""
        self._home.remove()

    def _played(self) -> Played:
        import ansible_runner  # noqa: PLC0415 - missing where no playbooks are run; said by name

        digest = digest_of(self._home.project)
        if self._job.digest and digest != self._job.digest:
            return Played(outcome="broken", reason="The playbooks were changed since this run was approved.")
        self._home.fill(self._job, forks=self._order.forks)
        runner = ansible_runner.run(
            private_data_dir=str(self._home.path),
            ident="play",
            playbook=f"{self._job.playbook}.yml",
            inventory=None if self._order.container else str(self._home.path / "inventory" / "hosts.yml"),
            envvars=self._environment(),
            settings={"pexpect_timeout": 1, "suppress_output_file": True, "suppress_ansible_output": True},
            cmdline=self._command_line(),
            timeout=int(self._job.timeout_s),
            event_handler=self._seen,
            cancel_callback=self._cancelled,
            fact_cache_type="memory",
            **self._isolation(),
        )
        return self._tally.played(
            runner.status, runner.rc, stopped=self._stopping.is_set(), results=self._results(), mask=self._mask,
            digest=digest,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {
            "ANSIBLE_CONFIG": str(self._home.path / "ansible.cfg"),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOST_KEY_CHECKING": "True",
            "CLOUDCTL_RESULTS": str(self._home.results),
            processes.MARKER: str(self._job.run_id),
        }

    def _command_line(self) -> str | None:
        words = ["--check", "--diff"] if self._job.check else []
        if self._job.tags:
            words += ["--tags", ",".join(self._job.tags)]
        if self._job.start_at_task:
            words += ["--start-at-task", self._job.start_at_task]
        return " ".join(json.dumps(word) for word in words) or None

    def _isolation(self) -> dict[str, Any]:
        container = self._order.container
        if container is None:
            return {}
        home = str(self._home.path)
        return {
            "process_isolation": True,
            "process_isolation_executable": container.engine,
            "container_image": container.image,
            "container_options": ["--network=host", *container.options],
            "container_volume_mounts": [f"{home}:{home}:Z", f"{CALLBACKS}:{CALLBACKS}:ro"],
        }

    def _seen(self, report: dict[str, Any]) -> bool:
        """Answers False: nothing of it goes onto a disk."""
        event = event_of(report, self._mask)
        self._tally.add(report, event)
        if event is not None:
            self._log.add(event)
        return False

    def _cancelled(self) -> bool:
        """Ansible is asked to end first; what has not ended in time is killed."""
        if not self._stopping.is_set():
            return False
        processes.end_below(os.getpid(), grace_s=GRACE_S)
        return True

    def _listen(self) -> None:
        """Orders of the worker; without one there is nobody to play for."""
        for line in sys.stdin.buffer:
            if line.strip() == b"stop":
                self._stopping.set()
            elif line.strip() == b"done":
                return
        processes.end_below(os.getpid(), grace_s=0.5)
        self.remove()
        os._exit(1)

    def _flush(self) -> None:
        while not self._over.wait(FLUSH_EVERY_S):
            self._say_log()

    def _say_log(self) -> None:
        batch = self._log.batch()
        if batch is not None:
            self._tell(Told(batch=batch))

    def _tell(self, told: Told) -> None:
        with self._lock, suppress(BrokenPipeError):
            self._answers.write(msgspec.json.encode(told) + b"\n")
            self._answers.flush()

    def _results(self) -> dict[str, Any]:
        """What the plays gave back: of the run as a whole, and under `hosts` of each."""
        with suppress(OSError, ValueError):
            given = json.loads(self._home.results.read_text())
            whole = given.pop("_run", {})
            found: dict[str, Any] = self._mask.data({**whole, **({"hosts": given} if given else {})})
            return found
        return {}

    def _mask_files(self) -> None:
        """What the playbooks left; what is no text keeps its bytes."""
        for path in self._home.artifacts.rglob("*"):
            if path.is_file() and not path.is_symlink():
                with suppress(UnicodeDecodeError):
                    content = path.read_text(encoding="utf-8")
                    path.write_text(self._mask.text(content), encoding="utf-8")


def main() -> None:
    """Reads the order, plays, waits until the worker has taken what is left."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's ^C at the worker: the worker decides
    processes.adopt()
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    player = Player(order, answers)
    player.play()


if __name__ == "__main__":
    main()
