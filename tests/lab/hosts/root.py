"""The root file system of every host: Debian 12 as a cloud image has it, made once by mmdebstrap.

What decides its content is in `recipe`; another recipe makes another folder, and hosts that run go on with theirs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..processes import LabError
from .places import USER, Places

#: A program of each Debian package that this machine needs, to tell whether it is there.
NEEDED = {
    "systemd-container": "/usr/bin/systemd-nspawn",
    "mmdebstrap": "/usr/bin/mmdebstrap",
    "apt-utils": "/usr/bin/apt-ftparchive",
    "nftables": "/usr/sbin/nft",
    "iproute2": "/usr/sbin/ip",
    "openssh-client": "/usr/bin/ssh",
}
SUITE = "bookworm"
#: What a small cloud image has, and what Ansible needs.
INCLUDED = (
    "acl,ca-certificates,curl,dbus,gzip,iproute2,kmod,libpam-systemd,netbase,nftables,openssh-server,procps,"
    "python3,python3-apt,sudo,systemd,systemd-sysv,tar"
)
#: The name by which every host finds the package mirror of its set; its address stands in /etc/hosts.
MIRROR = "mirror.lab"
_FILES = {
    "etc/apt/sources.list": f"deb [trusted=yes] http://{MIRROR}/ ./\n",
    # The mirror holds no recommended packages, and no translations.
    "etc/apt/apt.conf.d/90lab": (
        'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAcquire::http::Timeout "5";\n'
        'Acquire::Retries "0";\n'
    ),
    # Nobody needs a host that outlives a power cut.
    "etc/dpkg/dpkg.cfg.d/90lab": "force-unsafe-io\n",
    "etc/sudoers.d/90-cloud-init-users": f"{USER} ALL=(ALL) NOPASSWD:ALL\n",
    "etc/resolv.conf": "",
    "etc/machine-id": "",
    "etc/fstab": "",
}
#: Timers that would reach for a network at a time of their own, and a login at a console that nobody sees.
_MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "console-getty.service")


def ensure(places: Places) -> Path:
    """The root file system, which is made at the first call: two minutes."""
    _require(places)
    wanted = places.roots / _key()
    with places.locked("root"):
        if not wanted.is_dir():
            _make(places, wanted)
    return wanted


def _require(places: Places) -> None:
    missing = [package for package, program in NEEDED.items() if not Path(program).exists()]
    if os.geteuid() != 0:
        raise LabError("hosts are containers with networks of their own: this part of the lab needs root")
    if missing:
        install = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-qq", "-y", "--no-install-recommends"]
        _call([*install, *missing])
    if not places.key_file.exists():
        with places.locked("key"):
            if not places.key_file.exists():
                _call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(places.key_file)])


def _key() -> str:
    recipe = repr((SUITE, INCLUDED, _FILES, _MASKED))
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _make(places: Places, wanted: Path) -> None:
    print("making the root file system of the lab's hosts (two minutes)", file=sys.stderr, flush=True)
    partial = wanted.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    options = ["--mode=root", "--variant=minbase", f"--include={INCLUDED}", "--quiet"]
    _call(["mmdebstrap", *options, SUITE, str(partial), *_sources()])
    # The sources of this machine are no address for a host.
    for source in (partial / "etc/apt/sources.list.d").iterdir():
        source.unlink()
    for name, text in _FILES.items():
        (partial / name).write_text(text, "utf-8")
    (partial / "etc/sudoers.d/90-cloud-init-users").chmod(0o440)
    for unit in _MASKED:
        (partial / "etc/systemd/system" / unit).symlink_to("/dev/null")
    for host_key in (partial / "etc/ssh").glob("ssh_host_*"):
        host_key.unlink()
    _call(["chroot", str(partial), "useradd", "-m", "-s", "/bin/bash", USER])
    keys = partial / "home" / USER / ".ssh"
    keys.mkdir(mode=0o700)
    shutil.copyfile(places.key_file.with_suffix(".pub"), keys / "authorized_keys")
    _call(["chroot", str(partial), "chown", "-R", f"{USER}:{USER}", f"/home/{USER}/.ssh"])
    partial.rename(wanted)


def _sources() -> list[str]:
    """This machine's own package sources: whatever mirror it uses, the hosts' packages come from there too."""
    folder = Path("/etc/apt/sources.list.d")
    found = [*folder.glob("*.sources"), *folder.glob("*.list"), Path("/etc/apt/sources.list")]
    debian = [str(path) for path in found if path.exists() and "debian" in path.read_text("utf-8", "replace")]
    if not debian:
        raise LabError("this machine has no Debian package source in /etc/apt: the hosts are made from it")
    return debian


def _call(argv: list[str]) -> None:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(argv[:4])} failed:\n{done.stdout[-4000:]}")
