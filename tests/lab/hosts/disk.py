"""The disk of a VM: the hosts' root file system with a kernel of its own, and packages as a city's image has them.

Made once for a list of packages: three files that QEMU starts from, and a Glance keeps.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ..processes import LabError
from . import mirror, prepared, root
from .places import Places

#: Debian's kernel for VMs. Its initrd holds what the list below says and no more: a VM unpacks it at every start.
KERNEL = ("linux-image-cloud-amd64", "initramfs-tools")
#: A translated processor is slow, slower where others want it too: no reason to take a timer or a service for broken.
_PATIENCE = "no_timer_check nowatchdog systemd.default_timeout_start_sec=900"
COMMAND_LINE = f"root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off {_PATIENCE}"
GIB = 4
_GUEST = Path(__file__).with_name("guest.py")
_AT = "usr/local/sbin/lab-guest"
_UNIT = f"""\
[Unit]
Description=Name, addresses, keys and user data of this server
Before=ssh.service network.target
After=systemd-udevd.service local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/python3 /{_AT}
StandardOutput=journal+console
TimeoutStartSec=600

[Install]
WantedBy=multi-user.target
"""
_FILES = {
    "usr/share/initramfs-tools/modules.d/lab": "virtio_pci\nvirtio_blk\nvirtio_net\next4\ncrc32c_generic\n",
    "etc/initramfs-tools/conf.d/lab": "MODULES=list\nCOMPRESS=gzip\nRESUME=none\n",
    "etc/systemd/system/lab-guest.service": _UNIT,
}
#: Logins at consoles that nobody sees.
_MASKED = ("getty@tty1.service", "serial-getty@ttyS0.service")
_SCRIPT = f"""\
umount "$root/mnt" "$root/var/lib/apt/lists" "$root/run" "$root/proc"
umount --lazy --recursive "$root/dev"
cp "$root"/boot/vmlinuz-* "$MADE/vmlinuz"
cp "$root"/boot/initrd.img-* "$MADE/initrd"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$MADE/raw" {GIB}G
qemu-img convert -c -O qcow2 "$MADE/raw" "$MADE/disk.qcow2"
rm "$MADE/raw"
"""


@dataclass(frozen=True)
class Disk:
    """Three files in a folder that is named by what they were made from."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def image(self) -> Path:
        """The root file system, in QEMU's own format, compressed."""
        return self.folder / "disk.qcow2"


def ensure(places: Places, packages: Collection[str]) -> Disk:
    """The disk, which is made at the first call: three minutes."""
    base = root.ensure(places)
    wanted = (*KERNEL, *packages)
    mirror.fetch(places, base, wanted)
    recipe = repr((prepared.name(base, wanted), _FILES, _MASKED, _SCRIPT, _GUEST.read_text("utf-8")))
    disk = Disk(places.home / "disks" / hashlib.sha256(recipe.encode()).hexdigest()[:12])
    with places.locked("disks"):
        if not disk.folder.is_dir():
            _make(places, base, wanted, disk.folder)
    return disk


def _make(places: Places, base: Path, packages: Collection[str], wanted: Path) -> None:
    print("making the disk of the lab's VMs (three minutes)", file=sys.stderr, flush=True)
    made = wanted.with_suffix(".partial")
    shutil.rmtree(made, ignore_errors=True)
    upper = made / "upper"
    for name, text in {**_FILES, _AT: _GUEST.read_text("utf-8")}.items():
        (upper / name).parent.mkdir(parents=True, exist_ok=True)
        (upper / name).write_text(text, "utf-8")
    units = upper / "etc/systemd/system"
    (units / "multi-user.target.wants").mkdir()
    (units / "multi-user.target.wants/lab-guest.service").symlink_to("/etc/systemd/system/lab-guest.service")
    for unit in _MASKED:
        (units / unit).symlink_to("/dev/null")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "MADE": str(made)}
    words = prepared.installing(places, base, made, packages, then=_SCRIPT)
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise LabError(f"making the disk of a VM:\n{done.stdout[-4000:]}")
    for part in ("upper", "work", "root"):
        shutil.rmtree(made / part)
    made.rename(wanted)
