"""A cgroup of its own for every host, on the unified hierarchy.

Without it a host's systemd would never learn that a service's or a session's last process has gone, and wait for a
minute and a half before it believes so. Where this machine mounts the old hierarchy, the new one can be mounted beside
it, and a host gets to see only that.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path

_MOUNT = Path("/run/cloudctl-lab/cgroup")

#: What systemd-nspawn answers when its host wants to boot again.
_AGAIN = 133
#: Runs what follows in the cgroup $0, with the unified hierarchy where programs look for it, as often as it asks to.
_ENTER = (
    'mkdir -p "$0" && echo $$ > "$0/cgroup.procs" && umount --lazy --recursive /sys/fs/cgroup && '
    f'mount -t cgroup2 cgroup2 /sys/fs/cgroup && while "$@"; [ $? -eq {_AGAIN} ]; do :; done'
)


def entering(name: str) -> list[str]:
    """The words before a command that make it run in the cgroup of this name."""
    _mount()
    inside = ["/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", _ENTER]
    return [*inside, str(_folder(name))]


def end(name: str) -> None:
    """Kill what is left in a cgroup, and remove it; nothing happens where there is none."""
    folder = _folder(name)
    if not folder.is_dir():
        return
    with contextlib.suppress(OSError):
        (folder / "cgroup.kill").write_text("1", "utf-8")
    deadline = time.monotonic() + 10.0
    while "populated 1" in (folder / "cgroup.events").read_text("utf-8") and time.monotonic() < deadline:
        time.sleep(0.02)
    for part, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):
            Path(part).rmdir()


def freeze(name: str, *, frozen: bool) -> None:
    """Hold every process of a cgroup where it is, or let them go on."""
    (_folder(name) / "cgroup.freeze").write_text(str(int(frozen)), "utf-8")


def _folder(name: str) -> Path:
    return _MOUNT / "cloudctl-lab" / name


def _mount() -> None:
    if os.path.ismount(_MOUNT):
        return
    _MOUNT.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "cgroup2", "cgroup2", str(_MOUNT)], capture_output=True, check=False)
    if not os.path.ismount(_MOUNT):
        raise OSError(f"the unified cgroup hierarchy cannot be mounted: {done.stderr.decode()}")
