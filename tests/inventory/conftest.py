"""A platform that is really served, with a city's hosts, and Ansible's own programs against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import uvicorn
from sqlalchemy import insert

from api.main import create_app
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, encoded, fingerprint
from cloudctl.persistence.tables import inventory_objects
from tests.factories import Installed, installation
from tests.waiting import until

ROOT = Path(__file__).parents[2]
ANSIBLE = Path(sys.executable).parent


@dataclass
class Served:
    """A city and where it answers."""

    city: Installed
    url: str
    home: Path
    token: str
    more: dict[str, str] = field(default_factory=dict)

    def ansible(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One of Ansible's programs at the top of the tree, as operations have it: settings in the environment."""
        given = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0", "CLOUDCTL_URL": self.url, "CLOUDCTL_TOKEN": self.token, **environment,
        }  # fmt: skip
        return subprocess.run(
            [str(ANSIBLE / program), *arguments], cwd=ROOT, env=given, capture_output=True, text=True, timeout=200,
            check=False,
        )  # fmt: skip

    def listed(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """The whole inventory as `ansible-inventory --list` prints it."""
        done = self.ansible("ansible-inventory", "--list", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        return plain(done.stdout)


def plain(told: str) -> dict[str, Any]:
    """What was printed; Ansible marks each text that must not be templated, as all of ours."""
    found: dict[str, Any] = json.loads(told, object_hook=lambda one: one.get("__ansible_unsafe", one))
    return found


@contextmanager
def serving(city: Installed) -> Iterator[tuple[str, uvicorn.Server]]:
    """The application on a free port of loopback."""
    server = uvicorn.Server(uvicorn.Config(create_app(city.ctx), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started or not thread.is_alive())
    assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.should_exit = True
        thread.join(30)


def stray(city: Installed, name: str, now: datetime) -> UUID:
    """A server that a cloud has and no record does."""
    seen = CloudObject(
        kind=ObjectKind.SERVER, native_id=str(uuid4()), name=name, status=ObjectStatus.ACTIVE, addresses=("10.99.0.9",)
    )
    facts = encoded(seen)
    key = uuid4()
    row = {
        "id": key, "cloud": "sim-1", "kind": ObjectKind.SERVER, "native_id": seen.native_id, "name": name,
        "status": ObjectStatus.ACTIVE, "facts": seen, "fingerprint": fingerprint(facts),
        "state": ObjectState.PRESENT, "misses": 0, "first_seen_at": now, "seen_at": now, "changed_at": now,
    }  # fmt: skip
    with city.app.engines.write.begin() as connection:
        connection.execute(insert(inventory_objects), row)
    return key


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("operations")
    with installation(tmp_path_factory.mktemp("inventory")) as city, serving(city) as (url, _server):
        yield Served(city, url, home, city.secrets["operator"])
