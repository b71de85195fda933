"""The zone's firewall and what applications open, on one host: neither undoes the other, whichever comes first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.lab.hosts import Host, HostSet
from tests.playbooks.plays import Played, play
from tests.waiting import until

pytestmark = pytest.mark.timeout(3600)
WEB = (80, 443, 8081)
UNITS = "".join(
    f"systemd-run --unit web-{port} /usr/bin/python3 -m http.server {port} -d /usr/share/doc\n" for port in WEB
)
BOOK = """
- hosts: targets
  become: true
  gather_facts: false
  roles:
    - role: open_ports
"""
EVERYBODY = ["0.0.0.0/0", "::/0"]


@pytest.fixture(scope="module")
def host(hosts: HostSet) -> Host:
    one = next(iter(hosts.values()))
    one.ssh("sudo", "sh", "-s", stdin=UNITS)
    until(lambda: answering(one) == set(WEB), what=lambda: answering(one))
    return one


def answering(host: Host) -> set[int]:
    found = set()
    for port in WEB:
        words = ["curl", "-sS", "-m", "3", "-o", "/dev/null", f"http://{host.address}:{port}/"]
        if subprocess.run(words, check=False, capture_output=True).returncode == 0:
            found.add(port)
    return found


def opened(host: Host, folder: Path, name: str, *ports: int) -> Played:
    ends = [{"port": port, "from": EVERYBODY} for port in ports]
    done = play("open_ports", [host], folder / "open", book=BOOK, open_ports_name=name, open_ports_list=ends)
    assert done.code == 0, done.said
    return done


def test_what_an_application_opened_stays_open(host: Host, tmp_path: Path) -> None:
    first = opened(host, tmp_path, "web", 80, 443)
    assert first.changed[host.name] > 0
    assert opened(host, tmp_path, "web", 80, 443).changed[host.name] == 0
    assert answering(host) == set(WEB)  # there is no firewall yet

    baseline = play("baseline_host", [host], tmp_path / "baseline", baseline_host_mlps_level=2)
    assert baseline.code == 0, baseline.said
    assert answering(host) == {80, 443}

    assert opened(host, tmp_path, "map", 8081).changed[host.name] > 0
    assert answering(host) == set(WEB)
    again = play("baseline_host", [host], tmp_path / "baseline", baseline_host_mlps_level=2)
    assert (again.code, again.changed[host.name]) == (0, 0), again.said
    assert answering(host) == set(WEB)

    assert opened(host, tmp_path, "map").changed[host.name] > 0
    assert opened(host, tmp_path, "map").changed[host.name] == 0
    assert answering(host) == {80, 443}

    host.ssh("sudo", "systemctl", "restart", "nftables")  # as when the host starts
    assert answering(host) == {80, 443}


def test_an_application_cannot_break_the_firewall(host: Host, tmp_path: Path) -> None:
    ends = [{"port": 8081, "from": ["10.0.0.0/99"]}]
    done = play("open_ports", [host], tmp_path, book=BOOK, open_ports_name="bad", open_ports_list=ends)
    assert done.code != 0
    assert "bad.nft stays as it was" in done.said
    assert "bad.nft" not in host.ssh("sudo", "ls", "/etc/cloudctl/firewall.d").stdout


def test_rules_that_cannot_be_loaded_are_not_written(host: Host, tmp_path: Path) -> None:
    """What the host would refuse at its next start is refused now, and the rules of before stay."""
    allow = [{"port": 8081, "protocol": "tcp", "from": ["10.0.0.0/99"]}]
    told = host.ssh("sudo", "sha256sum", "/etc/cloudctl/nftables/firewall.nft").stdout
    refused = play("baseline_host", [host], tmp_path, baseline_host_mlps_level=2, baseline_host_allow=allow)
    assert refused.code != 0
    assert "firewall.nft stays as it was" in refused.said
    assert host.ssh("sudo", "sha256sum", "/etc/cloudctl/nftables/firewall.nft").stdout == told
    assert answering(host) == {80, 443}
