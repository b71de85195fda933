"""What hosts tell of their use: into telemetry, each for itself, and never more than it proves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.inventory import object_id
from cloudctl.domain.metrics import Metric
from cloudctl.domain.runs import Run
from cloudctl.ports.automation import KeptFile
from cloudctl.ports.context import platform
from cloudctl.services import host_signals, run_plays, telemetry
from tests.factories import Installed, installation
from tests.seeds import CLOUD
from tests.unit.services.enrolling import servers
from tests.unit.services.running import synced

SCHEMA = "cloudctl.evidence/1"
WHOLE = b"""{"schema": "%s", "collected_at": "2026-01-01T00:00:00Z",
 "signals": [{"host": "oa-1", "activities": [{"metric": "%s", "day": "2026-01-01", "value": 1}]}]}"""


@dataclass
class Collecting:
    """A city with a server, a run of collect_evidence that has been on it, and one that was not."""

    city: Installed
    folder: Path
    host: UUID
    subject: UUID
    other: UUID

    @property
    def today(self) -> date:
        return self.city.clock.now().date()

    def day(self, back: int) -> str:
        return (self.today - timedelta(days=back)).isoformat()

    def told(self, content: bytes | str, playbook: str = host_signals.PLAYBOOK) -> Run:
        """A run that left this file."""
        now = self.city.clock.now()
        run = Run(
            playbook=playbook, hosts=[self.host], names={str(self.host): "oa-1"}, zone="extranet", created_at=now,
            state="succeeded",
        )  # fmt: skip
        with self.city.ctx.unit_of_work(platform("test")) as uow:
            uow.runs.add(run)
        path = self.folder / f"{run.id}.json"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        kept = KeptFile(name=host_signals.ARTIFACT, path=path, media_type="application/json")
        run_plays.keep(self.city.ctx, run.id, kept)
        return run

    def take(self, *signals: dict[str, Any], **more: Any) -> int:
        whole = {"schema": SCHEMA, "collected_at": self.city.clock.now().isoformat(), "signals": signals, "hosts": []}
        return host_signals.take(self.city.ctx, self.told(json.dumps(whole | more)).id)

    def figures(self, metric: Metric) -> dict[str, float]:
        """What is on record of the server, by day."""
        found = telemetry.day_uses(self.city.ctx, [self.subject], self.today - timedelta(days=40), self.today)
        days = found[self.subject].days if self.subject in found else ()
        told = {use.day.isoformat(): getattr(use, metric.value) for use in days}
        return {day: value for day, value in told.items() if value is not None}


@pytest.fixture
def collecting(tmp_path: Path) -> Iterator[Collecting]:
    with installation(tmp_path / "city") as city:
        one, other = servers(city, count=2)
        synced(city)
        city.clock.move(days=30)
        first, second = (object_id(CLOUD, "server", city.resource(key).backend_id) for key in (one, other))
        yield Collecting(city, tmp_path, one, first, second)


def activity(metric: str, day: str, value: float) -> dict[str, Any]:
    return {"metric": metric, "day": day, "value": value}


def test_logins_and_dates_become_the_servers_own(collecting: Collecting) -> None:
    logins = [activity("logins", collecting.day(back), count) for back, count in ((3, 2), (2, 0), (1, 5))]
    patched = {"metric": "patched_on", "day": collecting.day(9)}
    assert collecting.take({"host": "oa-1", "activities": logins, "occasions": [patched]}) == 3
    wanted = {collecting.day(3): 2.0, collecting.day(2): 0.0, collecting.day(1): 5.0}
    assert collecting.figures(Metric.LOGINS) == wanted
    dates = telemetry.latest_dates(collecting.city.ctx, [collecting.subject], collecting.today)
    assert dates[collecting.subject][Metric.PATCHED_ON].isoformat() == collecting.day(9)
    sources = telemetry.sources(collecting.city.ctx, collecting.city.people["operator"])
    assert {one.name: one.kind for one in sources}[host_signals.SOURCE] == host_signals.KIND
    # Told again it counts once, and a day that has become more is corrected.
    assert collecting.take({"host": "oa-1", "activities": [activity("logins", collecting.day(1), 6), *logins]}) == 0
    assert collecting.figures(Metric.LOGINS) == wanted | {collecting.day(1): 6.0}


def test_absence_is_claimed_of_no_day_that_has_not_ended_and_by_no_single_look(collecting: Collecting) -> None:
    today, tomorrow = collecting.day(0), collecting.day(-1)
    quiet = [activity("logins", today, 0), activity("connections", today, 0), activity("connections", tomorrow, 4)]
    assert collecting.take({"host": "oa-1", "activities": quiet}) == 0
    assert collecting.take({"host": "oa-1", "activities": [activity("connections", today, 3)]}) == 1
    assert collecting.figures(Metric.CONNECTIONS) == {today: 3.0}
    assert collecting.figures(Metric.LOGINS) == {}


def test_a_host_speaks_for_itself_alone(collecting: Collecting) -> None:
    other = [activity("logins", collecting.day(1), 9)]
    assert (
        collecting.take({"host": "oa-2", "activities": other}, {"host": str(collecting.other), "activities": other})
        == 0
    )
    assert telemetry.day_uses(collecting.city.ctx, None, collecting.today - timedelta(days=9), collecting.today) == {}


@pytest.mark.parametrize(
    "broken", [b"{", b"\xff", WHOLE % (b"other/1", b"logins"), WHOLE % (SCHEMA.encode(), b"moods")]
)
def test_what_cannot_be_read_is_said_in_the_runs_log(collecting: Collecting, broken: bytes) -> None:
    run = collecting.told(broken)
    assert host_signals.take(collecting.city.ctx, run.id) == 0
    said = [event.text for row in collecting.city.ctx.queries.run_events_of(run.id) for event in row.events]
    assert len(said) == 1
    assert said[0].startswith("evidence.json: What the hosts told of their use cannot be read")


def test_other_playbooks_and_runs_without_a_file_tell_nothing(collecting: Collecting) -> None:
    one = {"host": "oa-1", "activities": [activity("logins", collecting.day(1), 1)]}
    whole = json.dumps({"schema": SCHEMA, "collected_at": collecting.city.clock.now().isoformat(), "signals": [one]})
    assert host_signals.take(collecting.city.ctx, collecting.told(whole, playbook="patch_hosts").id) == 0
    assert collecting.figures(Metric.LOGINS) == {}
