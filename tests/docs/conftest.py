"""The surroundings in which a page's commands are typed: an empty folder, a free port, short waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from socket import socket

import pytest

from tests.docs.markdown import ROOT
from tests.docs.terminals import Terminal

# So short that a page is read in seconds; nothing that a page shows depends on them.
QUICK = {
    "CLOUDCTL_ENGINE_POLL_S": "0.05",
    "CLOUDCTL_CLOUD_POLL_S": "0.05",
    "CLOUDCTL_SIMULATED__LATENCY_MIN_S": "0.01",
    "CLOUDCTL_SIMULATED__LATENCY_MAX_S": "0.1",
}


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def terminal(tmp_path: Path) -> Callable[[], Terminal]:
    """Opens a terminal in an empty folder, as somebody who has just installed cloudctl."""

    def opened() -> Terminal:
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCTL_", "OS_"))}
        environment = kept | QUICK | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "XDG_CONFIG_HOME": str(tmp_path / ".config"),
            "CLOUDCTL_PORT": str(port),
            "CLOUDCTL_LANG": "en",
        }  # fmt: skip
        folder = tmp_path / "work"
        folder.mkdir()
        return Terminal(folder, environment, address=f"127.0.0.1:{port}")

    return opened
