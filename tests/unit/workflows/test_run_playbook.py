"""run_playbook with real Ansible: turns, results, failures, and what a death in the middle leads to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cloudctl.automation import processes
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.runs import Run
from cloudctl.services import hosts, run_plays, runs
from cloudctl.workflows.playing import play
from tests.factories import Installed
from tests.locally import Locally, ask, hosts_of, run_city, run_of
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
HELLO = "say_hello"
FULL = {"say_hello_words": "hi", "say_hello_directory": "/"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with run_city(tmp_path_factory.mktemp("runs")) as made:
        yield made


@pytest.fixture(scope="module")
def shared_hosts(installed: Installed) -> list[UUID]:
    return hosts_of(installed, 2)


@pytest.fixture
def city(installed: Installed) -> Installed:
    installed.run()
    return installed


def hello(city: Installed, hosts: list[UUID], directory: Path, **more: Any) -> Run:
    return ask(city, HELLO, hosts, say_hello_words="hi", say_hello_directory=str(directory), **more)


def test_a_run_is_carried_out_on_its_hosts_and_kept_with_what_it_said(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    asked = hello(city, shared_hosts, tmp_path)
    assert asked.state == "running"  # its hosts are its own, its saga is queued
    city.run()
    run = run_of(city, asked)
    assert (run.state, run.words) == ("succeeded", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(run.names.values())
    first = run.names[str(shared_hosts[0])]
    assert run.results["hosts"][first] == {"greeting": f"from {first}"}
    assert all(stats.good and stats.changed for stats in run.stats.values())
    said = city.ctx.queries.run_events_of(run.id)
    assert [row.seq for row in said] == sorted(row.seq for row in said)
    assert said[-1].state == "succeeded"
    assert any("hello hi" in event.text for row in said for event in row.events)
    kept = {each.name: each for each in runs.artifacts(city.ctx, city.people["operator"], run.id)}
    assert set(kept) == {"log.txt", *(f"hello-{alias}.json" for alias in run.names.values())}
    _, log = runs.read_artifact(city.ctx, city.people["operator"], run.id, "log.txt")
    assert b"hello hi" in log
    events = city.audited(target={"id": str(run.id), "typeURI": "data/cloudctl/run"})
    assert [event["action"] for event in events] == ["create/run", "start/run", "stop/run"]


def test_a_check_changes_nothing_and_needs_no_leave(city: Installed, shared_hosts: list[UUID], tmp_path: Path) -> None:
    operator = city.people["operator"]
    run = runs.ask(
        city.ctx, operator, playbook="count_up", hosts=shared_hosts, check=True,
        arguments={"count_up_file": str(tmp_path / "f"), "count_up_until": str(tmp_path)},
    )  # fmt: skip
    assert run.state == "running"
    city.run()
    assert run_of(city, run).state == "succeeded"
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_with_it_is_said_before_anything_is_on_record(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    before = city.rows()
    for wrong, field in (
        ({"say_hello_words": "hi"}, "arguments.say_hello_directory"),
        ({**FULL, "loud": 1}, "arguments.loud"),
        ({**FULL, "say_hello_loudness": 9}, "arguments.say_hello_loudness"),
        ({**FULL, "say_hello_password": "x"}, "arguments.say_hello_password"),
        ({"say_hello_words": ["hi"], "say_hello_directory": "/"}, "arguments.say_hello_words"),
    ):
        with pytest.raises(Invalid) as refused:
            ask(city, HELLO, shared_hosts, **wrong)
        assert refused.value.field == field
        assert refused.value.way_out
    with pytest.raises(Invalid):
        ask(city, "rm_rf", shared_hosts)
    with pytest.raises(Invalid):
        ask(city, HELLO, [], say_hello_words="hi", say_hello_directory="/")
    with pytest.raises(Forbidden):
        runs.ask(city.ctx, city.people["officer"], playbook=HELLO, hosts=shared_hosts)
    assert city.rows() == before


def test_what_a_department_wrote_is_no_template(city: Installed, shared_hosts: list[UUID], tmp_path: Path) -> None:
    run = ask(city, HELLO, shared_hosts[:1], say_hello_words="{{ 1 + 1 }}", say_hello_directory=str(tmp_path))
    city.run()
    assert run_of(city, run).state == "succeeded"
    (written,) = tmp_path.iterdir()
    assert written.read_text() == "{{ 1 + 1 }}\n"


def test_a_second_run_on_a_host_waits_for_the_first(city: Installed, shared_hosts: list[UUID], tmp_path: Path) -> None:
    first, second = (hello(city, [shared_hosts[0]], tmp_path) for _ in range(2))
    other = hello(city, [shared_hosts[1]], tmp_path)
    assert [run.state for run in (first, second, other)] == ["running", "queued", "running"]
    assert len(city.queued()) == 2  # no worker's thread waits for a host
    city.run()
    assert {run_of(city, run).state for run in (first, second, other)} == {"succeeded"}
    assert run_of(city, second).begun_at >= run_of(city, first).ended_at  # type: ignore[operator]


def test_one_that_waits_is_called_off_at_once(city: Installed, shared_hosts: list[UUID], tmp_path: Path) -> None:
    first, second = (hello(city, shared_hosts, tmp_path) for _ in range(2))
    called_off = runs.cancel(city.ctx, city.people["operator"], second.id, reason="不用了")
    assert called_off.state == "cancelled"
    city.run()
    assert run_of(city, first).state == "succeeded"
    assert run_of(city, second).playing_since is None


def test_leave_is_a_second_persons(city: Installed, shared_hosts: list[UUID], tmp_path: Path) -> None:
    until = tmp_path / "now"
    until.touch()
    run = ask(city, "count_up", shared_hosts[:1], count_up_file=str(tmp_path / "f"), count_up_until=str(until))
    assert (run.state, city.queued()) == ("asked", [])
    with pytest.raises(Forbidden):
        runs.approve(city.ctx, city.people["operator"], run.id)
    approved = runs.approve(city.ctx, city.people["office-admin"], run.id)
    assert (approved.state, approved.approved_by) == ("running", city.ids["office-admin"])
    city.run()
    assert run_of(city, run).state == "succeeded"
    assert (tmp_path / "f").read_text() == "one\none again\n"


def test_a_host_that_is_no_target_any_more_is_not_played_on(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    run = hello(city, shared_hosts, tmp_path)
    operator = city.people["operator"]
    hosts.quarantine(city.ctx, operator, shared_hosts[1], reason="被入侵")
    try:
        city.run()
        ended = run_of(city, run)
        assert ended.state == "failed"
        assert "quarantined" in ended.words["en"]
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Conflict):
            hello(city, shared_hosts, tmp_path)
    finally:
        hosts.release(city.ctx, operator, shared_hosts[1])


def test_after_a_death_a_safe_playbook_is_begun_again_and_an_unsafe_one_is_not(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    until = tmp_path / "now"
    until.touch()
    safe = ask(city, "set_up", shared_hosts[:1], set_up_file=str(tmp_path / "safe"), set_up_until=str(until))
    unsafe = ask(city, "count_up", shared_hosts[1:], count_up_file=str(tmp_path / "unsafe"), count_up_until=str(until))
    runs.approve(city.ctx, city.people["office-admin"], unsafe.id)
    for run in (safe, unsafe):
        assert run_plays.begin(city.ctx, run.id) is not None  # and the worker dies here, in the middle
    city.run()
    again, parked = run_of(city, safe), run_of(city, unsafe)
    assert (again.state, again.attempts) == ("succeeded", 2)
    said = [event for row in city.ctx.queries.run_events_of(safe.id) for event in row.events]
    assert [event.text for event in said if event.kind == "notice"] == [run_plays.AGAIN]
    assert (parked.state, parked.attempts) == ("attention", 1)
    assert all("count_up" in words for words in parked.words.values())
    assert not (tmp_path / "unsafe").exists()
    assert play(city.ctx, unsafe.id)["outcome"] == "park"  # asked again, it answers the same
    after = runs.resume(city.ctx, city.people["operator"], unsafe.id)
    assert (after.state, after.resume_of, after.hosts) == ("asked", unsafe.id, unsafe.hosts)
    assert run_of(city, unsafe).state == "failed"
    runs.cancel(city.ctx, city.people["operator"], after.id)


def test_leave_is_for_the_playbook_as_it_was(tmp_path: Path) -> None:
    import shutil

    from tests.locally import PLAYBOOKS

    tree = tmp_path / "playbooks"
    shutil.copytree(PLAYBOOKS, tree)
    with run_city(tmp_path, Locally(playbooks_dir=tree)) as city:
        (host,) = hosts_of(city, 1)
        run = ask(city, "count_up", [host], count_up_file=str(tmp_path / "f"), count_up_until=str(tree))
        runs.approve(city.ctx, city.people["office-admin"], run.id)
        with (tree / "roles" / "count_up" / "tasks" / "main.yml").open("a") as tasks:
            tasks.write("- ansible.builtin.command: /bin/true\n")
        city.run()
        ended = run_of(city, run)
        assert ended.state == "failed"
        assert "changed since" in ended.words["en"]
        assert not (tmp_path / "f").exists()


def test_a_run_of_a_deployment_waits_until_its_saga_comes_to_it(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    from uuid import uuid4

    from cloudctl.ports.context import platform

    arguments = {"say_hello_words": "hi", "say_hello_directory": str(tmp_path)}
    key = uuid4()
    for _ in range(2):  # a step that is repeated plans nothing twice
        with city.ctx.unit_of_work(platform("deploy")) as uow:
            run = runs.plan(
                city.ctx, uow, playbook=HELLO, hosts=shared_hosts, arguments=arguments, saga="deploy_app",
                subject="app:APP-1", run_id=key,
            )  # fmt: skip
    assert (run.state, city.queued()) == ("planned", [])
    assert play(city.ctx, key) == {"outcome": "done"}
    assert play(city.ctx, key) == {"outcome": "done"}
    assert run_of(city, run).attempts == 1
    assert run_of(city, run).subject == "app:APP-1"


def test_one_that_plays_is_called_off_and_the_next_begins(
    city: Installed, shared_hosts: list[UUID], tmp_path: Path
) -> None:
    line = tmp_path / "line"
    first = ask(city, "set_up", shared_hosts, set_up_file=str(line), set_up_until=str(tmp_path / "never"))
    second = hello(city, shared_hosts, tmp_path)
    worker = threading.Thread(target=city.run)
    worker.start()
    until(line.exists, within_s=300)
    stopping = runs.cancel(city.ctx, city.people["operator"], first.id, reason="不用了")
    assert stopping.state == "stopping"
    while worker.is_alive():
        city.clock.move(seconds=2)
        time.sleep(0.2)
    worker.join()
    assert (run_of(city, first).state, run_of(city, second).state) == ("cancelled", "succeeded")
    assert processes.marked(str(first.id)) == []
    assert run_of(city, first).left == shared_hosts
