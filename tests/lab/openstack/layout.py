"""Where the lab keeps its things, and which ports and password it uses.

Everything lives in one cache folder outside the repository, so that two checkouts on a machine share
one installation and one running cloud, and so that nothing of it can be committed by accident.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import random
import secrets
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONSTRAINTS = HERE.parent / "constraints.txt"
REQUIREMENTS = HERE.parent / "requirements.txt"
PLUGINS = HERE / "plugins"
HOSTS = HERE.parent / "hosts"
PROCESSES = HERE.parent / "processes.py"

#: Service type in the catalogue -> path that follows the port in its endpoint.
ENDPOINT_PATHS = {
    "identity": "/v3",
    "image": "",
    "placement": "",
    "compute": "/v2.1",
    "network": "",
    "block-storage": "/v3",
}
PORT_NAMES = ("epmd", "rabbit", "rabbit-dist", "memcached", *ENDPOINT_PATHS)
COMPUTE_HOSTS = ("compute-1", "compute-2")
#: The compute host whose servers are real ones; it is started when somebody asks for it.
REAL_HOST = "hosts-1"
#: The compute host whose servers are VMs; likewise.
VM_HOST = "vms-1"

#: What decides the content of the template. A change to the launcher's other files leaves it valid.
TEMPLATE_SOURCES = ("layout.py", "config.py", "boot.py", "seed.py")


def default_cache() -> Path:
    """The cache folder: $CLOUDCTL_LAB_CACHE, else below the user's cache home."""
    if chosen := os.environ.get("CLOUDCTL_LAB_CACHE"):
        return Path(chosen).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return (Path(base).expanduser() / "cloudctl-lab").resolve()


def template_key() -> str:
    """A hash of the pinned versions and of the lab's own sources: what the template was made from."""
    digest = hashlib.sha256()
    sources = [CONSTRAINTS, *(HERE / name for name in TEMPLATE_SOURCES), *sorted(PLUGINS.glob("*.py"))]
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Layout:
    """The folders of one lab."""

    cache: Path

    @property
    def venv(self) -> Path:
        return self.cache / "venv"

    @property
    def bin(self) -> Path:
        return self.venv / "bin"

    @property
    def plugins(self) -> Path:
        """A copy of our drivers: the running cloud must not depend on one checkout's files."""
        return self.cache / "plugins"

    @property
    def run(self) -> Path:
        """Everything of the running cloud; thrown away at the next start."""
        return self.cache / "run"

    @property
    def conf(self) -> Path:
        return self.run / "conf"

    @property
    def logs(self) -> Path:
        return self.run / "logs"

    @property
    def pids(self) -> Path:
        return self.run / "pids"

    @property
    def data(self) -> Path:
        """The part of the run folder that the template preserves."""
        return self.run / "data"

    @property
    def socket(self) -> Path:
        return self.run / "mysql.sock"

    @property
    def record(self) -> Path:
        return self.run / "lab.json"

    @property
    def clouds_yaml(self) -> Path:
        return self.run / "clouds.yaml"

    def template(self, key: str) -> Path:
        return self.cache / f"template-{key}"

    def compute_state(self, host: str) -> Path:
        return self.run / host

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lab's lock: pytest workers and checkouts may all ask for the cloud at once."""
        self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.cache / "lock").open("w", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True)
class Settings:
    """Ports and password: made once for a cache folder, for the template's accounts hold the password."""

    ports: dict[str, int]
    password: str

    def endpoint(self, service_type: str) -> str:
        """The URL of a service, as the catalogue has it."""
        return f"http://127.0.0.1:{self.ports[service_type]}{ENDPOINT_PATHS[service_type]}"

    @property
    def transport_url(self) -> str:
        return f"rabbit://guest:guest@127.0.0.1:{self.ports['rabbit']}/"


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _choose_ports() -> dict[str, int]:
    # Below the ephemeral range, or an outgoing connection could take a port while the lab is down.
    candidates = random.sample(range(20000, 32000), 400)
    free = (port for port in candidates if _free(port))
    return {name: next(free) for name in PORT_NAMES}


def load_settings(layout: Layout, *, check_free: bool = False) -> Settings:
    """Read the settings, making them at first use; with check_free, move off ports another program took."""
    path = layout.cache / "settings.json"
    if path.exists():
        saved = json.loads(path.read_text("utf-8"))
        settings = Settings({str(k): int(v) for k, v in saved["ports"].items()}, str(saved["password"]))
        if set(settings.ports) == set(PORT_NAMES) and not (check_free and not all(map(_free, settings.ports.values()))):
            return settings
        password = settings.password
    else:
        password = secrets.token_hex(12)
        # The accounts in a template that outlived its settings have a password that nobody knows.
        for orphan in layout.cache.glob("template-*"):
            shutil.rmtree(orphan)
    settings = Settings(_choose_ports(), password)
    layout.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, json.dumps({"ports": settings.ports, "password": settings.password}, indent=1))
    return settings


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
