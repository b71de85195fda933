"""A system moves: rehearsed beside the running one, cut over with what came since, and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import Host, HostSet
from tests.playbooks.plays import digest, play

pytestmark = pytest.mark.timeout(7200)
UNIT = "[Service]\nExecStart=/usr/bin/python3 -m http.server 8080 -d /srv/oa\n[Install]\nWantedBy=multi-user.target\n"
NEEDS = ("postgresql", "rsync")
INSTALL = f"apt-get -q update; DEBIAN_FRONTEND=noninteractive apt-get -q -y install {' '.join(NEEDS)}\n"
OLD = """
mkdir -p /srv/oa/docs; for i in 1 2 3; do echo file $i > /srv/oa/docs/$i.txt; done; chown -R www-data /srv/oa/docs
ln -s docs/1.txt /srv/oa/first
systemctl daemon-reload; systemctl enable --now oa
psql() { runuser -u postgres -- psql -q "$@"; }
psql -c "CREATE ROLE oa LOGIN PASSWORD 'p'" -c "CREATE DATABASE oa OWNER oa"
psql -d oa -c "CREATE TABLE letters(id serial primary key, title text)" -c "ALTER TABLE letters OWNER TO oa" \
  -c "INSERT INTO letters(title) SELECT md5(g::text) FROM generate_series(1,500) g"
"""
LATE = """
cd /; echo late > /srv/oa/docs/late.txt
runuser -u postgres -- psql -qd oa -c "INSERT INTO letters(title) VALUES ('late')"
"""
COUNT = "cd /; runuser -u postgres -- psql -Atd {database} -c 'SELECT count(*) FROM letters'\n"


def rows(host: Host, database: str = "oa") -> str:
    return host.ssh("sudo", "sh", "-s", stdin=COUNT.format(database=database)).stdout.strip()


def active(host: Host) -> bool:
    return host.ssh("systemctl", "is-active", "oa", check=False).stdout.strip() == "active"


def test_move(hosts: HostSet, tmp_path: Path) -> None:
    old, new = hosts.values()
    hosts.fetch(*NEEDS)
    for host in (old, new):
        host.ssh("sudo", "sh", "-s", stdin=INSTALL)
        host.ssh("sudo", "tee", "/etc/systemd/system/oa.service", stdin=UNIT)
    old.ssh("sudo", "sh", "-s", stdin=OLD)
    new.ssh("sudo", "systemctl", "daemon-reload")
    folder = tmp_path / "p"

    def step(name: str, *hosts: Host, check: bool = False, contains: str = "file 1", **source: str) -> Any:
        page = {"kind": "http", "url": "http://127.0.0.1:8080/docs/1.txt", "contains": contains}
        folder.mkdir(exist_ok=True)
        return play(
            "migrate_system", hosts or [new], folder, check=check, migrate_system_step=name, migrate_system_name="oa",
            migrate_system_source=source or {"address": old.address, "user": old.user, "host_key": old.host_key},
            migrate_system_files=[{"path": "/srv/oa"}], migrate_system_databases=[{"name": "oa"}],
            migrate_system_source_services=["oa"], migrate_system_target_services=["oa"],
            migrate_system_gates=[page], migrate_system_gate_tries=3, migrate_system_gate_pause_s=1,
        )  # fmt: skip

    keys = digest(old, "/home", "/srv")
    early = step("cut_over")
    assert "Rehearse first" in early.said
    assert active(old)

    rehearsed = step("rehearse")
    assert rehearsed.code == 0, rehearsed.said
    assert [one["agrees"] for one in rehearsed.reports[f"migration-{new.name}"]["copies"]] == [True, True]
    assert (rows(new, "oa_rehearsal"), active(old)) == ("500", True)
    assert digest(old, "/home", "/srv") == keys
    again = step("rehearse")
    assert (again.code, again.changed[new.name]) == (0, 0), again.said

    lost = step("rehearse", old, new, address="192.0.2.9")
    assert "a run moves to one server" in lost.said
    both = step("rehearse", old, new, address=old.address)  # the old one is a host of the run, entered as every host is
    assert both.code == 0, both.said
    assert both.changed == {old.name: 0, new.name: 0}
    assert [one["agrees"] for one in both.reports[f"migration-{new.name}"]["copies"]] == [True, True]

    old.ssh("sudo", "sh", "-s", stdin=LATE)
    failed = step("cut_over", contains="words that no page has")
    assert failed.code != 0
    assert "The old system runs again as before." in failed.said
    assert (active(old), active(new)) == (True, False)

    done = step("cut_over")
    assert done.code == 0, done.said
    assert (rows(new), active(old), active(new)) == ("501", False, True)
    assert new.ssh("cat", "/srv/oa/docs/late.txt").stdout.strip() == "late"
    again = step("cut_over")
    assert (again.code, again.changed[new.name]) == (0, 0), again.said

    back = step("go_back")
    assert back.code == 0, back.said
    assert (active(old), active(new)) == (True, False)
