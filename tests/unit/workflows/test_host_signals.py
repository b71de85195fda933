"""A run of collect_evidence by real Ansible, on this machine in a host's place: at its end it is telemetry."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cloudctl.bootstrap import SystemClock
from cloudctl.domain.inventory import object_id
from cloudctl.services import runs, telemetry
from tests.locally import Locally, ask, hosts_of, run_city, run_of
from tests.seeds import CLOUD
from tests.unit.services.running import synced

pytestmark = pytest.mark.timeout(900)
PLAYBOOKS = Path(__file__).parents[3] / "playbooks"


def test_what_the_hosts_told_is_on_record_when_the_run_has_ended(tmp_path: Path) -> None:
    with run_city(tmp_path, Locally(playbooks_dir=PLAYBOOKS), clock=SystemClock()) as city:
        (host,) = hosts_of(city, 1)
        synced(city)
        asked = ask(city, "collect_evidence", [host], collect_evidence_certificate_files=[])
        city.run()
        run = run_of(city, asked)
        assert run.state == "succeeded", run.words
        _, content = runs.read_artifact(city.ctx, city.people["operator"], run.id, "evidence.json")
        (told,) = json.loads(content)["signals"]
        assert told["host"] == run.names[str(host)]
        wanted = {one["metric"]: date.fromisoformat(one["day"]) for one in told["occasions"]}
        assert wanted
        subject = object_id(CLOUD, "server", city.resource(host).backend_id)
        known = telemetry.latest_dates(city.ctx, [subject], date(9999, 12, 31))
        assert {metric.value: on for metric, on in known[subject].items()} == wanted
