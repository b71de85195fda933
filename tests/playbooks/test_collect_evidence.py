"""What a host tells of its use: true, in the platform's shapes, and nothing is changed by asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloudctl.domain.metrics import Metric
from cloudctl.domain.sweeps import SERVICES_SCHEMA, SweepKind, entries_of
from tests.lab.hosts import HostSet
from tests.playbooks.plays import digest, play

pytestmark = pytest.mark.timeout(3600)
CERTIFICATE = """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 20 -subj /CN=oa.city.example \
  -addext subjectAltName=DNS:oa.city.example -addext basicConstraints=critical,CA:FALSE \
  -keyout /root/oa.key -out /etc/ssl/oa.pem
systemd-run --unit demo-web -p User=www-data /usr/bin/python3 -m http.server 8080 -d /srv
"""


def test_evidence(hosts: HostSet, tmp_path: Path) -> None:
    seen, cut = hosts.values()
    seen.ssh("sudo", "sh", "-s", stdin=CERTIFICATE)
    hosts.cut(cut.name)
    before = digest(seen, "/etc", "/usr", "/var/lib")
    played = play("collect_evidence", hosts.values(), tmp_path)
    assert played.changed[seen.name] == 0, played.said
    assert digest(seen, "/etc", "/usr", "/var/lib") == before

    whole = played.reports["evidence"]
    assert whole["schema"] == SERVICES_SCHEMA
    services = {one.name: one for one in entries_of(SweepKind.SERVICES, whole["hosts"])}
    assert services[cut.name].reached is False
    assert seen.address in services[seen.name].addresses
    listening = {(one.port, one.process, one.user) for one in services[seen.name].listening}
    assert {(22, "sshd", "root"), (8080, "python3", "www-data")} <= listening

    (met,) = [one for one in entries_of(SweepKind.CERTIFICATES, whole["certificates"]) if one.names]
    ends = datetime.now(UTC).date() + timedelta(days=20)
    assert (met.names, met.ends_on) == (("oa.city.example",), ends)
    signals = {one["host"]: one for one in whole["signals"]}[seen.name]
    assert {one["metric"] for one in signals["activities"] + signals["occasions"]} <= set(Metric)
    assert {"metric": "certificate_ends_on", "day": ends.isoformat()} in signals["occasions"]
    assert any(one["metric"] == "patched_on" for one in signals["occasions"])
    found = played.reports[f"evidence-{seen.name}"]["found"]
    assert found["logins"]["source"] in {"wtmp", "journal"}
    assert sum((found["logins"]["by_day"] or {}).values()) == 0  # all of them came from the platform's address
    assert sum(found["logins"]["platform_by_day"].values()) > 0
