"""The surroundings in which a page's commands are typed: a folder, a free port, short waits.

with in_an_empty_folder(folder) as terminal: ...            # somebody who has just installed cloudctl
with in_the_city(folder, *made_city(elsewhere)) as terminal: ...   # after `make demo`, `make serve` running
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from socket import socket
from unittest.mock import patch

from cloudctl.bootstrap import build
from cloudctl.cli.local import city as generated
from cloudctl.cli.local import demo
from cloudctl.cli.local.stage import Stage
from cloudctl.services.cities import City
from cloudctl.settings import load
from tests.docs.markdown import ROOT
from tests.docs.terminals import Terminal

# So short that a page is played in seconds; nothing that a page shows depends on them.
QUICK = {
    "CLOUDCTL_ENGINE_POLL_S": "0.05",
    "CLOUDCTL_CLOUD_POLL_S": "0.05",
    "CLOUDCTL_RETRY_ATTEMPTS": "2",
    "CLOUDCTL_SETTLE_S": "0.2",
    "CLOUDCTL_SIMULATED__LATENCY_MIN_S": "0.01",
    "CLOUDCTL_SIMULATED__LATENCY_MAX_S": "0.1",
}
DEPARTMENTS = ("fgw", "jyj")
SERVERS = 16
CITY = Path(".cloudctl") / "demo"


@contextmanager
def in_an_empty_folder(folder: Path) -> Iterator[Terminal]:
    """A terminal whose home and working directory are new."""
    work = folder / "work"
    work.mkdir()
    port = free_port()
    with Terminal(work, _environment(folder, port), address=f"127.0.0.1:{port}") as terminal:
        yield terminal


@contextmanager
def in_the_city(folder: Path, city: Path, tokens: Mapping[str, str]) -> Iterator[Terminal]:
    """A terminal in a copy of a made city, which is being served."""
    with in_an_empty_folder(folder) as terminal:
        shutil.copytree(city, terminal.folder / CITY)
        for login, secret in tokens.items():
            lines = f"export CLOUDCTL_URL=http://{terminal.address}\nexport CLOUDCTL_TOKEN={secret}\n"
            (terminal.folder / CITY / f"{login}.env").write_text(lines, encoding="utf-8")
        terminal.play(f"```console background\n$ CLOUDCTL_DATA_DIR={CITY} cloudctl serve\nServing at\n```\n")
        yield terminal


def made_city(folder: Path) -> tuple[Path, Mapping[str, str]]:
    """What `make demo` leaves behind, with two departments instead of a hundred; and the people's tokens."""
    app = build(load({}, {"data_dir": str(folder), "simulated.latency_max_s": 0.5}))
    app.prepare()
    with patch.object(generated, "SERVERS", SERVERS), patch.object(demo, "city", _small_city):
        made = demo.load_city(app, Stage())
    app.stop()
    return folder, made.tokens


def _small_city() -> City:
    whole = generated.city()
    return replace(
        whole,
        departments=[entry for entry in whole.departments if entry[0] in DEPARTMENTS],
        systems=[entry for entry in whole.systems if entry[0] in DEPARTMENTS],
        people=[person for person in whole.people if person.department in {None, *DEPARTMENTS}],
    )


def _environment(home: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCTL_", "OS_"))}
    return kept | QUICK | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "CLOUDCTL_PORT": str(port),
        "CLOUDCTL_LANG": "en",
    }  # fmt: skip


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
