"""Images of hosts that have packages already, as a city keeps one for what it installs most often.

Installing is most of what a playbook waits for here, and the same each time. An image is what a host with the packages
would have written: a tar that `Machine.unpack` takes, made once for a list of packages, by apt, from the lab's mirror.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from ..processes import LabError
from . import mirror, root
from .machine import Machine
from .places import Places

#: In namespaces of its own, so that no mount stays, and nothing that a package might start could listen anywhere.
_ALONE = ("unshare", "--mount", "--net")
_SCRIPT = """\
set -e
root=$1 layers=$2 packages=$3
shift 3
mount -t overlay overlay -o "volatile,$layers" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/var/lib/apt/lists"
mount --bind "$packages" "$root/mnt"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
echo 'deb [trusted=yes] file:/mnt ./' > "$root/run/prepared.list"
apt() { chroot "$root" apt-get -q -o Dir::Etc::SourceList=/run/prepared.list -o APT::Sandbox::User=root "$@"; }
apt update
apt install -y --no-install-recommends "$@"
apt clean
rm "$root/usr/sbin/policy-rc.d"
"""


def name(base: Path, packages: Collection[str]) -> str:
    """What tells an image from the others: the order of the packages too, for apt goes by it."""
    wanted = repr((base.name, tuple(packages), _SCRIPT))
    return hashlib.sha256(wanted.encode()).hexdigest()[:12]


def ensure(places: Places, packages: Collection[str]) -> Path:
    """The tar, which is made at the first call: a minute."""
    base = root.ensure(places)
    mirror.fetch(places, base, packages)
    wanted = places.home / "prepared" / f"{name(base, packages)}.tar"
    with places.locked("prepared"):
        if not wanted.exists():
            _make(places, base, packages, wanted)
    return wanted


def installing(places: Places, base: Path, folder: Path, packages: Collection[str], *, then: str = "") -> list[str]:
    """The command that installs packages into `folder`/upper, laid over `base`; `then` is more shell, with `$root`."""
    upper, work, mounted = (folder / part for part in ("upper", "work", "root"))
    for part in (upper, work, mounted):
        part.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={base},upperdir={upper},workdir={work}"
    return [*_ALONE, "sh", "-c", _SCRIPT + then, "sh", str(mounted), layers, str(places.packages), *packages]


def _make(places: Places, base: Path, packages: Collection[str], wanted: Path) -> None:
    print(f"preparing an image with {' '.join(packages)} (a minute)", file=sys.stderr, flush=True)
    machine = Machine(wanted.with_suffix(".partial"), "")
    shutil.rmtree(machine.folder, ignore_errors=True)
    words = installing(places, base, machine.folder, packages)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise LabError(f"preparing an image with {' '.join(packages)}:\n{done.stdout[-4000:]}")
    fresh = machine.folder / "image.tar"
    machine.archive(fresh)
    fresh.rename(wanted)
    shutil.rmtree(machine.folder)
