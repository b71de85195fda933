"""The surroundings in which a page's commands are typed: an empty folder, a free port, short waits."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from socket import socket

import pytest

from cloudctl.bootstrap import build
from cloudctl.cli.local import city as generated
from cloudctl.cli.local import demo
from cloudctl.cli.local.stage import Stage
from cloudctl.services.cities import City
from cloudctl.settings import load
from tests.docs.markdown import ROOT
from tests.docs.terminals import Terminal

# So short that a page is read in seconds; nothing that a page shows depends on them.
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


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """What `make demo` leaves behind, with two departments instead of a hundred; and the people's tokens."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    app = build(load({}, {"data_dir": str(folder), "simulated.latency_max_s": 0.5}))
    app.prepare()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generated, "SERVERS", SERVERS)
        patch.setattr(demo, "city", small_city)
        made = demo.load_city(app, Stage())
    app.stop()
    return folder, made.tokens


def small_city() -> City:
    """The demonstration's city, but for most of its departments."""
    whole = generated.city()
    return replace(
        whole,
        departments=[entry for entry in whole.departments if entry[0] in DEPARTMENTS],
        systems=[entry for entry in whole.systems if entry[0] in DEPARTMENTS],
    )


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of somebody who has just installed cloudctl and never used it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCTL_", "OS_"))}
    return kept | QUICK | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "CLOUDCTL_PORT": str(free_port()),
        "CLOUDCTL_LANG": "en",
    }  # fmt: skip


@pytest.fixture
def terminal(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    """In an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    with Terminal(folder, environment, address=f"127.0.0.1:{environment['CLOUDCTL_PORT']}") as opened:
        yield opened


@pytest.fixture
def city_terminal(terminal: Terminal, city_folder: tuple[Path, Mapping[str, str]], environment: dict[str, str]) -> Terminal:
    """In a folder with the demonstration's city, which is being served."""
    source, tokens = city_folder
    target = terminal.folder / CITY
    shutil.copytree(source, target)
    for login, secret in tokens.items():
        lines = f"export CLOUDCTL_URL=http://127.0.0.1:{environment['CLOUDCTL_PORT']}\nexport CLOUDCTL_TOKEN={secret}\n"
        (target / f"{login}.env").write_text(lines, encoding="utf-8")
    terminal.play(f"```console background\n$ CLOUDCTL_DATA_DIR={CITY} cloudctl serve\nServing at\n```\n")
    return terminal


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
