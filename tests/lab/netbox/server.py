"""NetBox as it is, started from a checkout of one of its releases.

    with NetboxServer(Path("/tmp/netbox")) as netbox:
        netbox.url, netbox.token            # http://127.0.0.1:PORT/base/, of an administrator

The checkout has an environment of its own in .venv, with NetBox's requirements.txt; `redis-server` is on the path.
Everything listens on loopback; what is stored is thrown away.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tests.lab.postgres import PostgresServer, free_port

ROOT = Path(__file__).resolve().parents[3]
STARTS_WITHIN_S = 300.0
ADMIN = "admin"


class NetboxServer:
    """One NetBox with its database and its Redis, from entering until leaving."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.port, self._redis_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}/base/"
        self.token = ""
        self._password = secrets.token_urlsafe(24)
        self._environment: dict[str, str] = {}
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def provision(self, username: str, password: str) -> str:
        """A new token of this account."""
        answer = httpx.post(
            f"{self.url}api/users/tokens/provision/",
            json={"username": username, "password": password},
            timeout=60,
            trust_env=False,
        )
        answer.raise_for_status()
        return str(answer.json()["key"])

    def _start(self) -> None:
        home = Path(tempfile.mkdtemp(prefix="cloudctl-netbox-"))
        self._ends.callback(shutil.rmtree, home, ignore_errors=True)
        postgres = self._ends.enter_context(PostgresServer())
        postgres.create_database("netbox")
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "NETBOX_CONFIGURATION": "tests.lab.netbox.configuration",
            "NETBOX_LAB_SECRET": secrets.token_urlsafe(48),
            "NETBOX_LAB_POSTGRES_PORT": str(postgres.port),
            "NETBOX_LAB_REDIS_PORT": str(self._redis_port),
            "DJANGO_SUPERUSER_PASSWORD": self._password,
        }
        redis = {"bind": "127.0.0.1", "port": str(self._redis_port), "save": "", "dir": str(home)}
        self._run_on(
            home / "redis.log",
            "redis-server",
            *(word for name, value in redis.items() for word in (f"--{name}", value)),
        )
        self._manage("migrate", "--no-input")
        self._manage("createsuperuser", "--no-input", "--username", ADMIN, "--email", "admin@example.org")
        self._run_on(home / "netbox.log", *self._command("runserver", "--noreload", f"127.0.0.1:{self.port}"))
        self._await(home / "netbox.log")
        self.token = self.provision(ADMIN, self._password)

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.checkout / ".venv/bin/python"), str(self.checkout / "netbox/manage.py"), *arguments]

    def _manage(self, *arguments: str) -> None:
        subprocess.run(self._command(*arguments), env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def _run_on(self, log: Path, *command: str) -> None:
        """Keeps a program running until the end."""
        with log.open("wb") as sink:
            process = subprocess.Popen(command, env=self._environment, stdout=sink, stderr=sink)
        self._ends.callback(process.wait, 30)
        self._ends.callback(process.terminate)

    def _await(self, log: Path) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                httpx.get(f"{self.url}api/", timeout=60, trust_env=False)
            except httpx.HTTPError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"NetBox did not start: {log.read_text()}") from error
                time.sleep(0.5)
            else:
                return
