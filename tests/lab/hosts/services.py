"""What serves the hosts of a set: a process in the set's namespace, which a test can take away and bring back."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..processes import Processes
from . import network, store


class Service:
    """One process that listens on the mirror's address."""

    def __init__(self, folder: Path, number: int, name: str, port: int, command: Sequence[str]) -> None:
        self._number = number
        self._name = name
        self._port = port
        self._command = command
        self._folder = folder / "services"
        self._processes = Processes(self._folder, self._folder)

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._processes.pid(self._name) is not None

    def start(self) -> None:
        """Serve; returns when it listens."""
        if self.running:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        inside = ["/usr/sbin/ip", "netns", "exec", network.namespace(self._number)]
        self._processes.start(self._name, [*inside, *self._command], {"PATH": os.defpath}, self._folder)
        self._processes.wait(self._name, self._listens, patience=30)

    def stop(self) -> None:
        """Take it away: nothing listens any more, what it keeps stays."""
        self._processes.stop([self._name], graceful=False)

    def _listens(self) -> bool:
        listing = network.ip("netns", "exec", network.namespace(self._number), "ss", "-Hltn")
        return f"{network.mirror_address(self._number)}:{self._port} " in listing


class Store(Service):
    """A store of backups for restic, which outlives the hosts of its set."""

    def __init__(self, folder: Path, number: int) -> None:
        address = network.mirror_address(number)
        self.kept = folder / "store"
        serve = [sys.executable, "-I", store.__file__, address, str(store.PORT), str(self.kept)]
        super().__init__(folder, number, "store", store.PORT, serve)
        self.url = f"rest:http://{address}:{store.PORT}"
