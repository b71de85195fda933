"""The compute host whose servers are VMs: Nova's libvirt driver and QEMU, in the availability zone `vms`.

Without hardware that helps, QEMU translates every instruction: a VM takes a minute to boot and a processor for itself.
So this host is started in a running cloud only when somebody asks for it. Its libvirtd runs beside the router of the
real hosts, with files of its own, and ends with the cloud and all its VMs.
"""

from __future__ import annotations

import json
import re
import socket
import uuid
from collections.abc import Collection
from pathlib import Path

from tests.lab.hosts import cgroups, disk, network, root
from tests.lab.hosts.places import USER
from tests.lab.hosts.routed import Routed
from tests.lab.processes import LabError, Processes

from . import config
from .hosts import RealHosts
from .install import install_libvirt
from .layout import VM_HOST, Layout, load_settings
from .seed import Client
from .zones import Zone

IMAGE = "debian-12-vm"
ZONE = Zone("vms", VM_HOST, "CUSTOM_LAB_VM", "v1.small", (1, 768, disk.GIB))
#: What the image needs of its VM: the cloud kernel knows virtio and nothing else.
_DEVICES = {"hw_cdrom_bus": "scsi", "hw_scsi_model": "virtio-scsi", "hw_rng_model": "virtio"}
_LIBVIRTD = "libvirtd"
#: Where libvirtd keeps its things, whatever it is told: it gets to see folders of the lab there, and a name of its own.
_FOLDERS = ("etc/libvirt", "run/libvirt", "var/lib/libvirt", "var/cache/libvirt", "var/log/libvirt")
#: It asks for an account of this name and refuses to start without, though QEMU runs as root.
_ACCOUNTS = {"passwd": "libvirt-qemu:x:64055:64055::/:\n", "group": "libvirt-qemu:x:64055:\n"}
_ENTER = f"""\
hostname {VM_HOST}
for part in {" ".join(_FOLDERS)}; do mkdir -p /$part; mount --bind "$0/$part" /$part; done
for part in {" ".join(_ACCOUNTS)}; do mount --bind "$0/etc/$part" /etc/$part; done
exec "$@"
"""
_CONFIGURED = {
    "etc/libvirt/libvirtd.conf": """\
auth_unix_ro = "none"
auth_unix_rw = "none"
host_uuid = "{uuid}"
""",
    # Nobody but root is here, and no VM outlives its libvirtd: what guards one from another is not needed.
    "etc/libvirt/qemu.conf": """\
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
""",
}
_HOST_KEY = re.compile(r"^lab-host-key: (\S+ \S+)", re.MULTILINE)


class RealVms(RealHosts):
    """What a client needs to order a VM and to reach it."""

    def host_key(self, uuid: str) -> str:
        """As the VM shows it on its console; an error where it has not come so far."""
        client = Client(load_settings(Layout(self.routed.places.cache)))
        answer = client.call("compute", "POST", f"/servers/{uuid}/action", {"os-getConsoleOutput": {}})
        found = _HOST_KEY.findall(answer["output"].replace("\r", ""))
        if not found:
            raise LabError(f"the VM {uuid} has not shown its key:\n{answer['output'][-2000:]}")
        return str(found[-1])


def ensure(layout: Layout, packages: Collection[str] = ()) -> RealVms:
    """Start the compute host in a cloud that runs; the image has these packages, and is made at the first call."""
    routed = Routed(layout.cache)
    places = routed.places
    install_libvirt(layout)
    made = disk.ensure(places, packages)
    with layout.locked():
        routed.up()
        processes = Processes(layout.pids, layout.logs)
        _libvirtd(layout, routed, processes)
        ZONE.start(layout, processes)
        client = Client(load_settings(layout))
        ZONE.seed(client)
        image = f"{IMAGE}-{made.folder.name}"
        parts = {
            f"{kind}_id": ZONE.upload(
                client, f"{image}-{kind}", path.read_bytes(), disk_format=form, container_format=form
            )
            for kind, form, path in (("kernel", "aki", made.kernel), ("ramdisk", "ari", made.initrd))
        }
        described = {"disk_format": "qcow2", "os_command_line": disk.COMMAND_LINE, **_DEVICES, **parts}
        ZONE.upload(client, image, made.image.read_bytes(), **described)
    return RealVms(ZONE.name, image, ZONE.flavor, USER, places.key_file, routed)


def end(layout: Layout) -> None:
    """Every VM and its libvirtd, gone; nothing happens where there are none."""
    number = Routed(layout.cache).number
    if number is not None:
        cgroups.end(_cgroup(number))


def _cgroup(number: int) -> str:
    return f"{network.namespace(number)}-vms"


def _libvirtd(layout: Layout, routed: Routed, processes: Processes) -> None:
    """Have it listen on a socket that nova-compute, outside of the router's namespace, reaches as a file."""
    if processes.pid(_LIBVIRTD) is not None:
        return
    number = routed.number
    assert number is not None
    home = layout.compute_state(VM_HOST)
    _prepare(home, number)
    enter = [*cgroups.entering(_cgroup(number)), "unshare", "--uts", "sh", "-ec", _ENTER, str(home)]
    beside = ["ip", "netns", "exec", network.namespace(number)]
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    processes.start(_LIBVIRTD, [*enter, *beside, "libvirtd"], env, layout.run)
    processes.wait(_LIBVIRTD, lambda: _listens(config.libvirt_socket(layout)), patience=60)


def _prepare(home: Path, number: int) -> None:
    for folder in (*_FOLDERS, "instances"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for name, text in _CONFIGURED.items():
        (home / name).write_text(text.format(uuid=uuid.uuid5(uuid.NAMESPACE_DNS, VM_HOST)), "utf-8")
    for name, account in _ACCOUNTS.items():
        (home / "etc" / name).write_text(Path("/etc", name).read_text("utf-8") + account, "utf-8")
    # It goes into each VM's drive.
    names = {"hosts": {root.MIRROR: network.mirror_address(number)}}
    (home / config.VENDOR_DATA).write_text(json.dumps(names), "utf-8")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
