"""A throw-away PostgreSQL on loopback, for whoever tests against the real one.

    with PostgresServer() as server:
        url = server.create_database()                          # empty
        url = server.create_database(template="migrated")       # a copy of another one
    python -m tests.lab.postgres                                # until Ctrl-C; prints the address

The cluster lives in a directory of its own, listens on a random port of 127.0.0.1 and trusts whoever connects; fsync is
off. PostgreSQL does not run as root: then the cluster belongs to the user `postgres`, which the Debian package makes.
Where the programs are missing and we are root, the package is installed through apt-get, which is said.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

START_S = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "deadlock_timeout": "200ms",
}


class PostgresServer:
    """One cluster, from `start` to `stop`; also a context manager."""

    def __init__(self, **settings: str) -> None:
        self.settings = SETTINGS | settings
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="cloudctl-postgres-"))
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Makes the cluster and waits until it answers; raises RuntimeError with the server's words."""
        programs = find_programs()
        data = self.directory / "data"
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        initialise: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        subprocess.run([*initialise, "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, **self._identity())
        options = [f"--{name}={value}" for name, value in (self.settings | {"port": str(self.port)}).items()]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stdout=log, stderr=log, **self._identity()
            )
        self._wait()
        return self

    def stop(self) -> None:
        """Stops the server at once and removes the cluster."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # fast: it ends sessions instead of waiting for them
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(START_S)
        shutil.rmtree(self.directory, ignore_errors=True)

    def create_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """The address of a new database, empty or a copy of `template`, to which nobody may be connected then."""
        name = name or f"test_{next(self._names)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes a database, whoever is connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        """The address of a database, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str) -> None:
        """Runs one statement outside a transaction."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(statement.encode())

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The postmaster's; its sessions are its children."""
        assert self._process is not None
        return self._process.pid

    @property
    def _conninfo(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=5"

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    def _identity(self) -> dict[str, Any]:
        return {"cwd": "/", "user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {"cwd": "/"}

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError as error:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()}") from error
                time.sleep(0.05)


def find_programs() -> Path:
    """The directory of the newest installed server's programs; installs the package where that is possible."""
    for attempt in range(2):
        if found := [path for path in _candidates() if (path / "postgres").exists()]:
            return found[0]
        if attempt == 0 and os.geteuid() == 0 and shutil.which("apt-get"):
            print("installing the Debian package postgresql through apt-get", file=sys.stderr, flush=True)
            quiet: dict[str, Any] = {
                "stdout": subprocess.DEVNULL,
                "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            }
            subprocess.run(["apt-get", "update"], check=True, **quiet)
            subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "postgresql"], check=True, **quiet)
    raise RuntimeError("No PostgreSQL server is installed: apt-get install postgresql.")


def _candidates() -> list[Path]:
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    on_path = shutil.which("postgres")
    newest_first = sorted(versions, key=lambda path: -int(path.parent.name))
    return newest_first + ([Path(on_path).resolve().parent] if on_path else [])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Keeps a server up until Ctrl-C."""
    with PostgresServer() as server:
        print(server.create_database("cloudctl"), flush=True)
        try:
            time.sleep(float(10**9))
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
