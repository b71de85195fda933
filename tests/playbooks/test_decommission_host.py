"""A host goes only with a backup named; its services stop, its secrets and passwords are gone, a record stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.hosts import HostSet
from tests.playbooks.plays import digest, play

pytestmark = pytest.mark.timeout(3600)
PREPARED = """
mkdir -p /etc/ssl/private ~/.ssh /srv/app
for file in /etc/ssl/private/site.key ~/.ssh/id_ed25519 /srv/app/secrets.env; do echo key > $file; done
echo page > /srv/app/page
echo root:Secret-1234 | chpasswd
printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' > /etc/systemd/system/demo.service
systemctl daemon-reload; systemctl start demo
"""
GIVEN = {"decommission_host_reason": "C-9", "decommission_host_secret_paths": ["/srv/app/secrets.env"]}


def test_decommission(hosts: HostSet, tmp_path: Path) -> None:
    host = next(iter(hosts.values()))
    host.ssh("sudo", "-H", "sh", "-s", stdin=PREPARED)
    home = host.ssh("getent", "passwd", "root").stdout.split(":")[5]
    before = digest(host, "/etc", home, "/srv")
    for reference in ({}, {"decommission_host_backup_reference": " "}):
        refused = play("decommission_host", [host], tmp_path, **GIVEN, **reference)
        assert refused.code != 0
        assert refused.changed[host.name] == 0
        assert digest(host, "/etc", home, "/srv") == before
    named = {"decommission_host_backup_reference": "SNAP-2026-0007"}
    looked = play("decommission_host", [host], tmp_path, check=True, **GIVEN, **named)
    assert "/etc/ssl/private/site.key" in looked.reports[f"decommission-{host.name}"]["wiped"], looked.said
    assert digest(host, "/etc", home, "/srv") == before

    done = play("decommission_host", [host], tmp_path, **GIVEN, **named)
    assert done.code == 0, done.said
    report = done.reports[f"decommission-{host.name}"]
    assert report["record"]["backup_reference"] == "SNAP-2026-0007"
    assert {"/etc/ssl/private/site.key", f"{home}/.ssh/id_ed25519", "/srv/app/secrets.env"} <= set(report["wiped"])
    assert "root" in report["locked"]
    left = host.ssh("sudo", "sh", "-s", stdin=f"ls /etc/ssl/private {home}/.ssh /srv/app; grep ^root: /etc/shadow")
    assert "key" not in left.stdout
    assert "page" in left.stdout
    assert "root:!:" in left.stdout
    assert host.ssh("systemctl", "is-active", "demo", check=False).stdout.strip() == "inactive"
    assert host.ssh("sudo", "cat", "/var/lib/cloudctl/decommissioned.json").stdout.count("SNAP-2026-0007") == 1
    again = play("decommission_host", [host], tmp_path, **GIVEN, **named)
    assert (again.code, again.changed[host.name]) == (0, 0), again.said
