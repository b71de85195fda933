"""Install what the lab runs: Debian packages and one virtual environment, both once for all checkouts."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.lab.processes import LabError

from .layout import CONSTRAINTS, HOSTS, PLUGINS, PROCESSES, REQUIREMENTS, Layout

#: A program of each Debian package, to tell whether it is there without asking the package manager.
DEBIAN = {
    "rabbitmq-server": "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "mariadb-server": "/usr/sbin/mariadbd",
    "memcached": "/usr/bin/memcached",
    "qemu-utils": "/usr/bin/qemu-img",
}
#: The same for the compute host of VMs.
LIBVIRT = {
    "libvirt-daemon": "/usr/sbin/libvirtd",
    "libvirt-daemon-driver-qemu": "/usr/share/doc/libvirt-daemon-driver-qemu",
    "libvirt-dev": "/usr/include/libvirt/libvirt.h",
    "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
    "genisoimage": "/usr/bin/genisoimage",
    "pkg-config": "/usr/bin/pkg-config",
    "gcc": "/usr/bin/gcc",
    "python3-dev": f"{sysconfig.get_path('include')}/Python.h",
    "e2fsprogs": "/usr/sbin/mke2fs",
}
#: Built against Debian's library, which only that host needs: not among the requirements of all.
_LIBVIRT_PYTHON = "libvirt-python==12.8.0"

_SHIMS = {
    "cloudctl_lab": """\
from cloudctl_lab_plugins.containers import LabHostDriver  # noqa: F401
from cloudctl_lab_plugins.hypervisor import LabDriver  # noqa: F401
""",
    # By itself, for it needs libvirt.
    "cloudctl_lab_vms": "from cloudctl_lab_plugins.vms import LabVmDriver  # noqa: F401\n",
}
_ENTRY_POINTS = """\
[neutron.ml2.mechanism_drivers]
cloudctl_lab = cloudctl_lab_plugins.networks:LabMechanismDriver
"""


def install(layout: Layout, say: Callable[[str], None]) -> None:
    """Bring packages, environment and drivers up to date; does next to nothing when they are."""
    _install_debian(DEBIAN, say)
    _install_venv(layout, say)
    _install_plugins(layout)


def install_libvirt(layout: Layout) -> None:
    """What the compute host of VMs needs besides; does nothing when it is there."""
    say = functools.partial(print, file=sys.stderr, flush=True)
    _install_debian(LIBVIRT, say)
    if not any(layout.venv.glob("lib/python3*/site-packages/libvirt.py")):
        say(f"building {_LIBVIRT_PYTHON}")
        _pip(layout, [_LIBVIRT_PYTHON])


def _install_debian(wanted: Mapping[str, str], say: Callable[[str], None]) -> None:
    missing = [package for package, program in wanted.items() if not Path(program).exists()]
    if not missing:
        return
    say(f"installing Debian packages: {' '.join(missing)}")
    if os.geteuid() != 0:
        raise LabError(f"not root: run `apt-get install --no-install-recommends {' '.join(missing)}` first")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    _call(["apt-get", "update", "-q"], env)
    _call(["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], env)


def _install_venv(layout: Layout, say: Callable[[str], None]) -> None:
    wanted = hashlib.sha256(CONSTRAINTS.read_bytes() + REQUIREMENTS.read_bytes()).hexdigest()
    stamp = layout.venv / "installed"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    say(f"installing OpenStack from the package index into {layout.venv} (about 460 MB, 1 to 3 minutes)")
    if layout.venv.exists():
        shutil.rmtree(layout.venv)
    files = ["-r", str(REQUIREMENTS), "-c", str(CONSTRAINTS)]
    if uv := _uv():
        _call([*uv, "venv", "--quiet", "--python", sys.executable, str(layout.venv)], os.environ)
    else:
        _call([sys.executable, "-m", "venv", str(layout.venv)], os.environ)
    _pip(layout, files)
    stamp.write_text(wanted, "utf-8")


def _pip(layout: Layout, wanted: Sequence[str]) -> None:
    python = str(layout.bin / "python")
    if uv := _uv():
        _call([*uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode", *wanted], os.environ)
    else:
        _call([python, "-m", "pip", "install", "--quiet", *wanted], os.environ)


def _uv() -> list[str] | None:
    if found := shutil.which("uv"):
        return [found]
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    return None


def _install_plugins(layout: Layout) -> None:
    """Copy our drivers to where the services find them."""
    shutil.rmtree(layout.plugins, ignore_errors=True)
    package = layout.plugins / "cloudctl_lab_plugins"
    package.mkdir(parents=True)
    for source in (*PLUGINS.glob("*.py"), PROCESSES):
        shutil.copyfile(source, package / source.name)
    # What a host is made of, for Nova's driver; how it is wired, for Neutron's.
    shutil.copytree(HOSTS, package / "hosts", ignore=shutil.ignore_patterns("__pycache__"))
    # Neutron finds its mechanism drivers by entry point only, and those come from an installed
    # distribution: a folder of this shape on the search path is one.
    info = layout.plugins / "cloudctl_lab_plugins-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cloudctl-lab-plugins\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS, "utf-8")
    # Nova loads hypervisor drivers from its own package only: hence these shims.
    drivers = next(layout.venv.glob("lib/python3*/site-packages/nova/virt"))
    for name, text in _SHIMS.items():
        (drivers / f"{name}.py").write_text(text, "utf-8")


def _call(argv: Sequence[str], env: Mapping[str, str]) -> None:
    done = subprocess.run(argv, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(argv)} failed:\n{done.stdout[-4000:]}")
