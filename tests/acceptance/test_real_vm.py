"""An order ends in a real VM, by Nova with libvirt and QEMU: a kernel of its own, which the baseline reaches.

What containers cannot show is shown here: values of the kernel, modules, the kernel's own record, a restart. The tests
are the chapters of one story and run in this order.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.hosting import Story, settled
from tests.e2e.installation import until
from tests.e2e.openstack import QUIET
from tests.lab.hosts import Host
from tests.unit.playbooks.trees import items

pytestmark = [QUIET, pytest.mark.timeout(3600)]

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# A translated processor takes its time, and this machine has others to serve.
PATIENCE_S = 900
# Those of MLPS level 2, which the system of the story has.
ITEMS = [one for one in items() if 2 in one["clause"]]
VALUES = [one for one in ITEMS if one["check"]["by"] == "sysctl"]
MODULES = [one["check"]["name"] for one in ITEMS if one["check"]["by"] == "kernel_module"]
OF_KERNEL = [one["id"] for one in ITEMS if one.get("needs") == "kernel" or one in VALUES]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with settled(tmp_path_factory.mktemp("vm"), "department-site", vms=True) as story:
        story.order("s1", within_s=PATIENCE_S)
        yield story


def test_an_order_ends_in_a_vm_that_trusts_the_platform(story: Story) -> None:
    host = story.host
    known = story.crew.operator.get(f"/hosts/{story.server['id']}")
    assert known["host_key"].split()[-1] in host.host_key
    (server,) = story.project.servers
    assert host.ssh("sudo", "cat", "/sys/class/dmi/id/product_uuid").stdout.strip().lower() == server.id
    assert host.ssh("systemd-detect-virt").stdout.strip() == "qemu"
    assert host.ssh("uname", "-r").stdout.strip() != platform.release()
    assert host.ssh("cat", str(BOOT_ID)).stdout != BOOT_ID.read_text("utf-8")
    assert host.ssh("ls", "/etc/of-the-department", "/etc/cloudctl/user_ca.pub").returncode == 0


def test_the_baseline_reaches_its_kernel_and_its_record(story: Story) -> None:
    host = story.host
    host.ssh("sudo sysctl -q -w kernel.sysrq=1 net.ipv4.conf.all.accept_redirects=1")
    assert loadable(host), "a kernel that has none of these modules would show nothing"
    run = story.run("baseline_host", baseline_host_allow=[{"port": 443, "from": ["0.0.0.0/0"]}])
    report = story.report(run, "baseline")
    told = {one["id"]: one for one in report["items"]}
    assert report["container"] is False
    assert report["wrong"] == []
    # QEMU starts the kernel by itself: there is no boot loader to guard.
    left_out = {key: told[key]["why"] for key in OF_KERNEL if not told[key]["applicable"]}
    assert left_out == {"boot_files": "not applicable here: no such file"}
    planted = {"kernel_sysrq", "net_ipv4_conf_all_accept_redirects"}
    assert planted | {"no_module_sctp", "audit_files"} <= set(report["put_right"])
    as_set(host)


def test_what_was_set_outlives_a_restart(story: Story) -> None:
    host = story.host
    before = host.ssh("cat", str(BOOT_ID)).stdout
    host.ssh("sudo systemctl reboot", check=False)
    until(lambda: host.ssh("true", check=False).returncode, within_s=PATIENCE_S, what=lambda: "it did not go down")
    until(lambda: not host.ssh("true", check=False).returncode, within_s=PATIENCE_S, what=lambda: "it did not come up")
    assert host.ssh("cat", str(BOOT_ID)).stdout != before
    as_set(host)


def as_set(host: Host) -> None:
    """Read by other means than the playbook's: the kernel's values, its modules, its packet filter, its record."""
    found = host.ssh("sudo", "sysctl", "-n", *(one["check"]["name"] for one in VALUES)).stdout.split()
    values = {one["id"]: int(value) for one, value in zip(VALUES, found, strict=True)}
    assert {one["id"]: values[one["id"]] for one in VALUES if not fits(values[one["id"]], one["wanted"])} == {}
    assert loadable(host) == []
    host.ssh("sudo usermod --comment 'of the department' games")
    search = "sudo ausearch --input-logs --comm usermod --file /etc/passwd"
    until(lambda: "/etc/passwd" in host.ssh(search, check=False).stdout, within_s=60, what=lambda: record(host))
    assert "443" in host.ssh("sudo", "nft", "list", "table", "inet", "cloudctl").stdout
    assert host.ssh("systemctl is-system-running --wait", check=False).stdout.strip() == "running"


def record(host: Host) -> str:
    """What the kernel was told to put on record, and the end of what it did."""
    return host.ssh("sudo auditctl -s; sudo auditctl -l; sudo tail -n 30 /var/log/audit/audit.log", check=False).stdout


def loadable(host: Host) -> list[str]:
    """Those of the forbidden modules that the kernel has and would load."""
    said = host.ssh(f"for name in {' '.join(MODULES)}; do sudo modprobe --dry-run --verbose $name; done; true").stdout
    return [name for name in MODULES if f"/{name}.ko" in said]


def fits(value: int, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return bool(wanted.get("least", value) <= value <= wanted.get("most", value))
    return value == int(wanted)
