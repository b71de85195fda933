"""A host that is cut off lets in the platform alone, also after a restart, and comes back exactly as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts import Host, HostSet
from tests.playbooks.plays import digest, play
from tests.waiting import until

UNIT = "[Service]\nExecStart=/usr/bin/python3 -m http.server {port} -d /srv\n[Install]\nWantedBy=multi-user.target\n"
pytestmark = pytest.mark.timeout(3600)


def answers(host: Host, port: int = 8080) -> bool:
    told = subprocess.run(["curl", "-sS", "-m", "3", "-o", "/dev/null", f"http://{host.address}:{port}/"], check=False)
    return told.returncode == 0


def settles(host: Host, *, wanted: bool, port: int = 8080) -> bool:
    return until(lambda: answers(host, port) == wanted, what=lambda: f"{host.name}:{port} answers: {not wanted}")


@pytest.fixture(scope="module")
def host(hosts: HostSet) -> Iterator[Host]:
    one = next(iter(hosts.values()))
    for name, port in (("demo-web", 8080), ("demo-off", 8081)):
        one.ssh("sudo", "tee", f"/etc/systemd/system/{name}.service", stdin=UNIT.format(port=port))
    one.ssh("sudo", "systemctl", "daemon-reload")
    one.ssh("sudo", "systemctl", "enable", "--now", "demo-web")
    assert settles(one, wanted=True)
    return one


def test_check_mode_says_what_would_stop_and_stops_nothing(host: Host, tmp_path: Path) -> None:
    before = digest(host, "/etc", "/var/lib/cloudctl")
    played = play("quarantine_host", [host], tmp_path, check=True, quarantine_host_case="C-1")
    assert played.code == 0, played.said
    assert "demo-web.service" in played.reports[f"quarantine-{host.name}"]["stopped"]
    assert played.changed[host.name] > 0
    assert answers(host)
    assert digest(host, "/etc", "/var/lib/cloudctl") == before


def test_it_is_cut_off_and_comes_back(host: Host, hosts: HostSet, tmp_path: Path) -> None:
    played = play("quarantine_host", [host], tmp_path, quarantine_host_case="C-1")
    assert played.code == 0, played.said
    assert not answers(host)
    record = played.reports[f"quarantine-{host.name}"]["record"]
    assert (record["case"], "demo-web.service" in record["units"]) == ("C-1", True)
    assert "demo-off.service" not in record["units"]
    other = next(one for one in hosts.values() if one.name != host.name)
    assert other.ssh("timeout", "5", "bash", "-c", f"'</dev/tcp/{host.address}/22'", check=False).returncode != 0

    again = play("quarantine_host", [host], tmp_path, quarantine_host_case="C-1")
    assert (again.code, again.changed[host.name]) == (0, 0), again.said

    host.ssh("sudo", "systemctl", "start", "demo-web", check=False)
    assert host.ssh("systemctl", "is-active", "demo-web", check=False).stdout.strip() != "active"
    assert host.ssh("systemctl", "is-enabled", "nftables").stdout.strip() == "enabled"

    released = play("release_host", [host], tmp_path, release_host_case="C-1")
    assert released.code == 0, released.said
    assert settles(host, wanted=True)
    assert released.reports[f"release-{host.name}"]["started"] == record["units"]
    assert host.ssh("systemctl", "is-active", "demo-off", check=False).stdout.strip() == "inactive"
    assert host.ssh("sudo", "nft", "list", "tables").stdout.count("quarantine") == 0
    again = play("release_host", [host], tmp_path, release_host_case="C-1")
    assert (again.code, again.changed[host.name]) == (0, 0), again.said
