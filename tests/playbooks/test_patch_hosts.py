"""Rings one after the other, a gate between them, and a report of what changed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import HostSet
from tests.playbooks.plays import play

pytestmark = pytest.mark.timeout(3600)
QUICK = {"patch_hosts_gate_tries": 1, "patch_hosts_gate_pause_s": 1}


def package(folder: Path, version: str, name: str = "cloudctl-probe") -> Path:
    """A Debian package of one file, at a version."""
    tree = folder / f"{name}-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@example.org>\nDescription: probe\n"
    )
    (tree / "usr/share/doc" / name).mkdir(parents=True)
    (tree / "usr/share/doc" / name / "version").write_text(version)
    made = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(made)], check=True, capture_output=True)
    return made


def version(hosts: HostSet, name: str, of: str = "cloudctl-probe") -> str:
    return hosts[name].ssh("dpkg-query", "-W", "-f", "'${Version}'", of).stdout


def test_rings(hosts: HostSet, tmp_path: Path) -> None:
    first, second = hosts
    rings: dict[str, dict[str, Any]] = {first: {"ring": "canary"}, second: {"ring": "broad"}}
    hosts.mirror.publish(package(tmp_path, "1.0"), package(tmp_path, "1.0", "cloudctl-kept"))
    for host in hosts.values():
        host.ssh("sudo", "apt-get", "-q", "update")
        host.ssh("sudo", "apt-get", "-q", "-y", "install", "cloudctl-probe", "cloudctl-kept")
    hosts.mirror.publish(package(tmp_path, "1.1"), package(tmp_path, "1.1", "cloudctl-kept"))
    hold = {"patch_hosts_hold": ["cloudctl-kept"]}

    looked = play("patch_hosts", hosts.values(), tmp_path / "p", check=True, variables=rings, **hold, **QUICK)
    assert looked.code == 0, looked.said
    updates = {one["name"]: one["then"] for one in looked.reports[f"patches-{first}"]["updates"]}
    assert updates["cloudctl-probe"] == "1.1"
    assert "cloudctl-kept" not in updates
    assert version(hosts, first) == version(hosts, second) == "1.0"

    gate = {"kind": "command", "command": "grep -q 1.0 /usr/share/doc/cloudctl-probe/version"}
    stopped = play(
        "patch_hosts", hosts.values(), tmp_path / "p", variables=rings, patch_hosts_gates=[gate], **hold, **QUICK
    )  # the gate passes before the patch and fails after it
    assert stopped.code != 0
    assert (version(hosts, first), version(hosts, second)) == ("1.1", "1.0")

    hosts[second].ssh("sudo", "touch", "/run/reboot-required")
    was = hosts[second].ssh("cat", "/proc/sys/kernel/random/boot_id").stdout
    done = play("patch_hosts", hosts.values(), tmp_path / "p", variables=rings, **hold, **QUICK)
    assert done.code == 0, done.said
    report = done.reports[f"patches-{second}"]
    assert {"name": "cloudctl-probe", "now": "1.0", "then": "1.1", "security": True} in report["updates"]
    assert (report["rebooted"], "cloudctl-kept" in report["held"]) == (True, True)
    assert hosts[second].ssh("cat", "/proc/sys/kernel/random/boot_id").stdout != was
    assert version(hosts, second) == "1.1"
    assert version(hosts, second, "cloudctl-kept") == "1.0"

    again = play("patch_hosts", hosts.values(), tmp_path / "p", variables=rings, **hold, **QUICK)
    assert (again.code, set(again.changed.values())) == (0, {0}), again.said


def test_without_a_mirror_nothing_is_changed(hosts: HostSet, tmp_path: Path) -> None:
    hosts.mirror.stop()
    try:
        played = play("patch_hosts", hosts.values(), tmp_path, **QUICK)
    finally:
        hosts.mirror.start()
    assert played.code != 0
    assert "Nothing was changed: the repositories do not answer." in played.said
    assert set(played.changed.values()) == {0}
