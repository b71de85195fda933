"""One installation as an operator runs it: a data directory, its environment, its processes, its people.

    town = Installation(tmp_path, smtp__port=2525)
    with town.process("serve"):
        officer = town.person("officer", secret)
        order = officer.post("/orders", form)
        print(officer.run("orders", "show", order["number"]))

Everything goes through the program `cloudctl` and the HTTP API: nothing of it is imported but the API's own client.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import socket
from typing import Any

from cloudctl.cli.client import Client
from cloudctl.cli.contexts import Target
from cloudctl.cli.exits import Failure
from tests.waiting import PATIENCE_S, until

PROGRAM = str(Path(sys.executable).with_name("cloudctl"))
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 60.0


class Installation:
    """`settings` become CLOUDCTL_ variables (`smtp__port` for nested ones); whatever the caller has set is not seen."""

    def __init__(
        self, home: Path, *, program: str = PROGRAM, environment: Mapping[str, str] | None = None, **settings: object
    ) -> None:
        self.home = home
        self.program = program
        self.data = home / "data"
        self.port = free_port()
        chosen = {"data_dir": self.data, "port": self.port, "log_level": "INFO", **settings}
        outside = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCTL_", "OS_"))}
        self.environment = {
            **outside,
            "XDG_CONFIG_HOME": str(home / "config"),
            "CLOUDCTL_LANG": "en",
            **{f"CLOUDCTL_{name.upper()}": str(value) for name, value in chosen.items()},
            **(environment or {}),
        }

    @property
    def url(self) -> str:
        """Where `serve` listens."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, code: int = 0, within_s: float = PATIENCE_S, **environment: str) -> str:
        """Runs one command to its end and answers what it printed; it must end with `code`, else all is told."""
        done = subprocess.run(
            [self.program, *arguments],
            env={**self.environment, **environment},
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )
        assert done.returncode == code, (
            f"cloudctl {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout if code == 0 else done.stdout + done.stderr

    @contextmanager
    def process(self, command: str, *arguments: str, name: str | None = None) -> Iterator[Process]:
        """`serve` or `worker`, ready to work; stopped at the end as an operator does it."""
        started = self.start(command, *arguments, name=name)
        try:
            yield started
        finally:
            started.stop()

    @contextmanager
    def serving(self, *command: str) -> Iterator[Process]:
        """Whatever this command line starts as a server."""
        started = self._ready(Process([*command], self.environment, self.home / "serve.log"), self._answers)
        try:
            yield started
        finally:
            started.stop()

    def start(self, command: str, *arguments: str, name: str | None = None) -> Process:
        """As `process`, for one that the caller stops."""
        log = self.home / f"{name or command}.log"
        started = Process([self.program, command, *arguments], self.environment, log)
        return self._ready(started, self._answers if command == "serve" else lambda: "Working as" in started.words())

    def _ready(self, started: Process, ready: Callable[[], bool]) -> Process:
        try:
            started.await_ready(ready)
        except BaseException:
            started.kill()
            raise
        return started

    def person(self, login: str, secret: str) -> Person:
        """Whoever has this token."""
        return Person(self, login, secret)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class Process:
    """A process that runs until it is stopped; `log` keeps what it says, over restarts too."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._begin = log.stat().st_size if log.exists() else 0
        with log.open("ab") as sink:
            self._process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, cwd=log.parent)

    @property
    def pid(self) -> int:
        return self._process.pid

    def words(self) -> str:
        """What it has said since its start."""
        with self.log.open("rb") as file:
            file.seek(self._begin)
            return file.read().decode("utf-8", "replace")

    def await_ready(self, ready: Callable[[], bool]) -> None:
        """Returns when `ready`; raises AssertionError with its words when it ends before."""

        def probe() -> bool:
            assert self._process.poll() is None, f"ended with {self._process.returncode}:\n{self.words()}"
            return ready()

        until(probe, within_s=STARTS_WITHIN_S)

    def stop(self) -> None:
        """SIGTERM; it must end by itself, with 0."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert code == 0, f"ended with {code}:\n{self.words()}"

    def kill(self) -> None:
        """As a power cut."""
        self._process.kill()
        self._process.wait()


class Person:
    """Somebody with a token: over the API, or with the command line."""

    def __init__(self, town: Installation, login: str, secret: str) -> None:
        self.town = town
        self.login = login
        self.secret = secret

    @property
    def mail(self) -> str:
        """Where notices go."""
        return f"{self.login}@example.org"

    @contextmanager
    def api(self) -> Iterator[Client]:
        """A connection of its own."""
        client = Client(Target(self.town.url, self.secret))
        try:
            yield client
        finally:
            client._connection.close()

    def get(self, path: str, **query: object) -> Any:
        with self.api() as api:
            return api.get(path, query).data

    def rows(self, path: str, **query: object) -> list[dict[str, Any]]:
        with self.api() as api:
            return api.rows(path, query, None)[0]

    def only(self, path: str, **query: object) -> dict[str, Any]:
        """The one row of a list."""
        (row,) = self.rows(path, **query)
        return row

    def post(self, path: str, body: object = None) -> Any:
        with self.api() as api:
            return api.post(path, body).data

    def put(self, path: str, body: object) -> Any:
        with self.api() as api:
            return api.put(path, body).data

    def patch(self, path: str, body: object) -> Any:
        with self.api() as api:
            return api.patch(path, body).data

    def refused(self, act: Callable[[], object]) -> Failure:
        """What somebody is told whose act is refused; fails when it is not."""
        try:
            act()
        except Failure as failure:
            return failure
        raise AssertionError("it was not refused")

    def run(self, *arguments: str, code: int = 0, lang: str = "en", within_s: float = PATIENCE_S) -> str:
        """One command of `cloudctl`."""
        me = {"CLOUDCTL_URL": self.town.url, "CLOUDCTL_TOKEN": self.secret, "CLOUDCTL_LANG": lang}
        return self.town.run(*arguments, code=code, within_s=within_s, **me)

    def await_state(self, path: str, *states: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The thing at `path` once it is in one of `states`."""
        last: dict[str, Any] = {}

        def probe() -> bool:
            last.update(self.get(path))
            return last["state"] in states

        until(probe, within_s=within_s, what=lambda: f"{path}: {last.get('state')}, {last.get('last_error')}")
        return last


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
