"""Where the hosts keep their things: one folder of the lab's cache, which nothing of a repository can reach."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The user of every host, with sudo and the lab's key, as in Debian's own cloud images.
USER = "debian"


def default_cache() -> Path:
    """The cache folder: $CLOUDCTL_LAB_CACHE, else below the user's cache home."""
    if chosen := os.environ.get("CLOUDCTL_LAB_CACHE"):
        return Path(chosen).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return (Path(base).expanduser() / "cloudctl-lab").resolve()


@dataclass(frozen=True)
class Places:
    """The folders of all sets of hosts that share one cache."""

    cache: Path

    @property
    def home(self) -> Path:
        return self.cache / "hosts"

    @property
    def roots(self) -> Path:
        """Root file systems, each named by what it was made from; hosts are overlays and never write here."""
        return self.home / "roots"

    @property
    def packages(self) -> Path:
        """Every Debian package that was ever asked for, served by the mirrors."""
        return self.home / "packages"

    @property
    def key_file(self) -> Path:
        """The private key that opens every host of this cache."""
        return self.home / "id_ed25519"

    @property
    def sets(self) -> Path:
        return self.home / "sets"

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock of this cache."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked_file(self.home / f"{name}.lock"):
            yield


@contextlib.contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Hold the lock of one file, across processes and threads."""
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
