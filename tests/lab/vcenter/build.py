"""Builds the simulator from our sources and Debian's packages, once for all checkouts, again when one changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.lab.openstack.layout import default_cache
from tests.lab.processes import LabError

SOURCES = Path(__file__).resolve().with_name("simulator")
GOPATH = Path("/usr/share/gocode")
#: A file of each Debian package, to tell whether it is there without asking the package manager.
DEBIAN = {"golang-go": "/usr/bin/go", "golang-github-vmware-govmomi-dev": f"{GOPATH}/src/github.com/vmware/govmomi"}

Say = Callable[[str], None]


def cache() -> Path:
    """Where binaries, Go's own cache and the running vCenter's files lie."""
    return default_cache() / "vcenter"


def binary(say: Say) -> Path:
    """The simulator that fits the sources; raises LabError in the compiler's words."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    built = folder / f"simulator-{_key()}"
    with (folder / "lock").open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not built.exists():
            _install(say)
            _build(built, folder, say)
    return built


def _key() -> str:
    digest = hashlib.sha256()
    for source in sorted(SOURCES.glob("*.go")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _build(built: Path, folder: Path, say: Say) -> None:
    say("building the vCenter simulator (half a minute the first time, up to two on a busy machine)")
    for old in folder.glob("simulator-*"):
        old.unlink()
    fresh = folder / "fresh"
    env = os.environ | {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "go"), "GOFLAGS": ""}
    _call(["go", "build", "-o", str(fresh), "."], env, SOURCES)
    fresh.rename(built)


def _install(say: Say) -> None:
    missing = [package for package, file in DEBIAN.items() if not Path(file).exists()]
    if not missing:
        return
    say(f"installing Debian packages: {' '.join(missing)}")
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LabError(f"not root: run `apt-get install --no-install-recommends {' '.join(missing)}` first")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _call(["apt-get", "update", "-q"], env, Path("/"))
    _call(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], env, Path("/"))


def _call(argv: list[str], env: dict[str, str], cwd: Path) -> None:
    done = subprocess.run(
        argv, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise LabError(f"{' '.join(argv)} failed:\n{done.stdout[-4000:]}")
