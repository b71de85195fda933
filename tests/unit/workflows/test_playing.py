"""A play goes on though the database or the file store is away; what nobody had foreseen frees its hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.errors import ConfigurationError, Unavailable
from cloudctl.domain.playbooks import Playbook
from cloudctl.domain.runs import HostStats, Played, RunBatch, RunEvent
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.services import run_plays
from tests.factories import Installed
from tests.locally import Locally, ask, hosts_of, run_city, run_of


class Told:
    """Plays nothing: does what a test says in the place of Ansible."""

    def __init__(self) -> None:
        self.act: Callable[..., None] = lambda **_: None

    def playbooks(self) -> Mapping[str, Playbook]:
        return Locally().playbooks()

    def play(self, job: Job, **reports: Any) -> Played:
        self.act(**reports)
        return Played(outcome="succeeded", stats={target.alias: HostStats(ok=1) for target in job.targets})

    def end(self, run_id: UUID) -> bool:
        return False


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def city(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with run_city(tmp_path_factory.mktemp("playing"), told) as made:  # type: ignore[arg-type]
        yield made


@pytest.fixture(scope="module")
def host(city: Installed) -> UUID:
    return hosts_of(city, 1)[0]


def hello(city: Installed, host: UUID) -> Any:
    return ask(city, "say_hello", [host], say_hello_words="hi", say_hello_directory="/tmp")


def line(text: str) -> RunBatch:
    return RunBatch(events=(RunEvent(at=datetime.now(UTC), kind="line", text=text),))


def failing(times: int, act: Callable[..., Any]) -> Callable[..., Any]:
    left = [times]

    def called(*given: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise Unavailable("away")
        return act(*given)

    return called


def test_what_was_said_while_the_database_was_away_is_on_record_afterwards(
    city: Installed, told: Told, host: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_plays, "say", failing(2, run_plays.say))
    monkeypatch.setattr(run_plays, "end", failing(3, run_plays.end))
    told.act = lambda seen, **_: [seen(line(text)) for text in ("one", "two", "three")]
    run = hello(city, host)
    city.run()
    assert (run_of(city, run).state, run_of(city, run).attempts) == ("succeeded", 1)
    said = [event.text for row in city.ctx.queries.run_events_of(run.id) for event in row.events]
    assert said == ["one", "two", "three"]


def test_a_file_that_cannot_be_kept_is_said(
    city: Installed, told: Told, host: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("x")
    file = KeptFile(name="log.txt", media_type="text/plain", path=tmp_path / "x")
    monkeypatch.setattr(run_plays, "keep", failing(1, run_plays.keep))
    told.act = lambda keep, **_: keep(file)
    run = hello(city, host)
    city.run()
    assert run_of(city, run).state == "succeeded"
    said = [event.text for row in city.ctx.queries.run_events_of(run.id) for event in row.events]
    assert said == ["log.txt: away"]


@pytest.mark.parametrize("error", [ConfigurationError("Ansible is not here."), ValueError("surprise")])
def test_what_nobody_had_foreseen_leaves_the_run_to_a_person_and_its_host_to_the_next(
    city: Installed, told: Told, host: UUID, error: Exception
) -> None:
    def broken(**_: Any) -> None:
        raise error

    told.act = broken
    run, following = hello(city, host), hello(city, host)
    assert following.state == "queued"
    (workflow,) = city.queued()
    assert workflow.input == (str(run.id),)
    city.run()
    parked = run_of(city, run)
    assert parked.state == "attention"
    assert str(error) in parked.words["zh_CN"]
    assert run_of(city, following).state == "attention"  # it had its turn


def test_a_called_off_run_of_a_saga_stops_it(city: Installed, told: Told, host: UUID) -> None:
    def until_stopped(stop: Callable[[], bool], **_: Any) -> None:
        assert not stop()
        with city.ctx.unit_of_work(city.people["operator"]) as uow:
            uow.runs.lock(run.id).stop()
        city.clock.move(seconds=2)
        assert stop()

    told.act = until_stopped
    run = hello(city, host)
    city.run()
    assert run_of(city, run).state == "succeeded"  # it was done before it could be stopped
