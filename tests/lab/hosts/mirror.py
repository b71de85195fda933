"""The package mirror of a set: a flat Debian repository, served inside the namespace of the set.

The packages are fetched once for all sets of a cache, by this machine's own apt, with what they depend on and the hosts
lack. `publish` adds packages to one set only: the newer release that a test of patching needs. To take the mirror away,
stop it: the hosts' apt gets no answer then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ..processes import LabError
from . import network
from .places import Places
from .services import Service

#: What hosts are sure to find in the mirror; the rest is fetched when somebody asks for it.
FIRST = (
    "acl",
    "auditd",
    "chrony",
    "dokuwiki",
    "nftables",
    "nginx",
    "php-fpm",
    "php-gd",
    "php-intl",
    "php-mbstring",
    "php-xml",
    "postgresql",
    "python3-psycopg2",
    "restic",
    "rsyslog",
    "sudo",
    "unattended-upgrades",
)


def fetch(places: Places, root: Path, packages: Iterable[str]) -> list[str]:
    """Bring packages with their dependencies into the cache; returns those that were not there yet."""
    folder = places.packages
    asked = folder / "asked"
    if not _missing(asked, packages):  # nobody waits for what another process is fetching
        return []
    with places.locked("packages"):
        folder.mkdir(parents=True, exist_ok=True)
        missing = _missing(asked, packages)
        if not missing:
            return []
        print(f"fetching Debian packages for the lab's hosts: {' '.join(missing)}", file=sys.stderr, flush=True)
        _download(folder, root, missing)
        _index(folder)
        with asked.open("a", encoding="utf-8") as record:
            record.write("\n".join(missing) + "\n")
        return missing


def _missing(asked: Path, packages: Iterable[str]) -> list[str]:
    known = set(asked.read_text("utf-8").split()) if asked.exists() else set()
    return [package for package in dict.fromkeys(packages) if package not in known]


def _download(folder: Path, root: Path, packages: list[str]) -> None:
    """By this machine's lists, but as if this machine had what the hosts have."""
    archives = folder / "archives"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    options = [
        f"Dir::State::status={root / 'var/lib/dpkg/status'}",
        f"Dir::State::extended_states={folder / 'extended_states'}",
        f"Dir::Cache::archives={archives}",
        "APT::Install-Recommends=false",
        "APT::Sandbox::User=root",
        "Debug::NoLocking=true",
        "APT::Keep-Downloaded-Packages=true",
    ]
    words = [word for option in options for word in ("-o", option)]
    done = _apt([*words, "--download-only", "--reinstall", "-y", "-qq", "install", *packages])
    if done.returncode and "Unable to locate" not in done.stdout and len(packages) > 1:
        # Some exclude each other: one at a time they are all there.
        for package in packages:
            _download(folder, root, [package])
    elif done.returncode:
        raise LabError(f"apt-get could not fetch {' '.join(packages)}:\n{done.stdout[-2000:]}")


def _apt(words: list[str]) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    command = ["apt-get", *words]
    return subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def _index(folder: Path) -> None:
    text = _archive("packages", folder)
    (folder / "Packages").write_text(text, "utf-8")


def _archive(kind: str, folder: Path, *options: str) -> str:
    words = ["apt-ftparchive", *options, kind, "."]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"apt-ftparchive {kind}: {done.stderr[-2000:]}")
    return done.stdout


class Mirror:
    """The mirror of one set."""

    def __init__(self, places: Places, folder: Path, number: int) -> None:
        self._places = places
        self._folder = folder / "mirror"
        self._number = number
        serve = [sys.executable, "-m", "http.server", "80", "--bind", network.mirror_address(number)]
        self._service = Service(folder, number, "mirror", 80, [*serve, "--directory", str(self._folder)])

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self._service.running

    @property
    def url(self) -> str:
        """Its address, for whoever can reach the hosts."""
        return f"http://{network.mirror_address(self._number)}/"

    def start(self) -> None:
        """Serve what is in the cache now; again, and it is served anew."""
        self.refresh()
        self._service.start()

    def stop(self) -> None:
        """Take the mirror away: nothing listens any more."""
        self._service.stop()

    def publish(self, *packages: Path) -> None:
        """Add packages to this set's mirror only, newer releases for one."""
        own = self._folder / "own"
        own.mkdir(parents=True, exist_ok=True)
        for package in packages:
            shutil.copy(package, own)
        self.refresh()

    def refresh(self) -> None:
        """Write the index anew: the cache's packages and the set's own."""
        own = self._folder / "own"
        own.mkdir(parents=True, exist_ok=True)
        archives = self._folder / "archives"
        if not archives.is_symlink():
            archives.symlink_to(self._places.packages / "archives")
        listed = (self._places.packages / "Packages").read_text("utf-8") if _indexed(self._places) else ""
        listed += "\n" + _archive("packages", own).replace("Filename: ./", "Filename: ./own/")
        _replace(self._folder / "Packages", listed)
        labels = ("Origin=Debian", "Label=Debian-Security", "Suite=stable-security", "Codename=bookworm-security")
        options = [word for label in labels for word in ("-o", f"APT::FTPArchive::Release::{label}")]
        empty = self._folder / "release"
        empty.mkdir(exist_ok=True)
        shutil.copy(self._folder / "Packages", empty / "Packages")
        _replace(self._folder / "Release", _archive("release", empty, *options))


def _indexed(places: Places) -> bool:
    return (places.packages / "Packages").exists()


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    fresh.rename(path)
