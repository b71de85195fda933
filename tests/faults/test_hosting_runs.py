"""Runs on real hosts by ssh, as the platform's own authority lets them in: a cable pulled, a password wrong, a secret
that a playbook shows, more output than anybody reads.

What needs no host is in tests/unit/automation (a playbook that is edited meanwhile, ten thousand lines a second, a
worker that dies); a package mirror that is down is in tests/playbooks/test_patch_hosts.py and tests/hosting.
"""

from __future__ import annotations

import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote
from uuid import UUID

import pytest

from cloudctl.automation.runner import AnsibleAutomation
from cloudctl.bootstrap import SystemClock
from cloudctl.domain.runs import Run, RunArtifact
from cloudctl.domain.secrets import Owner, SecretKind
from cloudctl.ports.context import platform
from cloudctl.secrets.redact import redact, redact_text
from cloudctl.services import hosts as hosts_service
from cloudctl.services import runs, secrets
from tests.factories import Installed, installation
from tests.lab.hosts import Host, HostSet, temporary
from tests.locally import PLAYBOOKS, ask, run_of

pytestmark = pytest.mark.timeout(900)
WRONG = "wr0ng-swordfish"
SHOWN = "sh0wn/sword+fish&more"


@pytest.fixture(scope="module")
def machines() -> Iterator[HostSet]:
    with temporary(2) as made:
        yield made


@pytest.fixture(scope="module")
def city(machines: HostSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Two servers of the city are these machines, and trust its authority."""
    automation = AnsibleAutomation(playbooks_dir=PLAYBOOKS, redact=redact_text, redact_data=redact)
    with installation(tmp_path_factory.mktemp("runs"), automation=automation, clock=SystemClock()) as made:
        yield made


@pytest.fixture(scope="module")
def web(city: Installed, machines: HostSet) -> dict[UUID, Host]:
    made = city.resources(city.delivered(city.build_items("web", count=2, disks=0)))
    operator, found = city.people["operator"], {}
    for name, machine in zip(("web-1", "web-2"), machines.values(), strict=True):
        key = made[name].id
        script = hosts_service.first_boot(city.ctx, platform("test"), key)
        machine.ssh("sudo", "sh", "-s", stdin=script)
        hosts_service.enrol(city.ctx, operator, key, host_key=machine.host_key, address=machine.address)
        found[key] = machine
    return found


def until(true: Callable[[], object], within_s: float = 300) -> None:
    end = monotonic() + within_s
    while not true():
        assert monotonic() < end
        sleep(0.2)


def waits_on(machine: Host, path: str) -> bool:
    return machine.ssh("test", "-e", path, check=False).returncode == 0


def set_up(city: Installed, web: dict[UUID, Host], name: str) -> Run:
    """Appends a line, waits for a file on the host, appends another."""
    return ask(city, "set_up", list(web), set_up_file=f"/tmp/{name}", set_up_until=f"/tmp/{name}-go")


def test_a_host_out_of_reach_in_mid_play_is_named_and_gone_on_with(
    city: Installed, web: dict[UUID, Host], machines: HostSet
) -> None:
    (first, one), (second, other) = web.items()
    run = set_up(city, web, "cable")
    worker = threading.Thread(target=city.run)
    worker.start()
    until(lambda: waits_on(one, "/tmp/cable") and waits_on(other, "/tmp/cable"))
    machines.cut(other.name)
    try:
        one.ssh("touch", "/tmp/cable-go")
        worker.join()
        ended = run_of(city, run)
        aliases = ended.names
        assert ended.state == "failed"
        assert aliases[str(second)] in ended.words["en"]
        assert ended.stats[aliases[str(second)]].unreachable == 1
        assert ended.stats[aliases[str(first)]].good
        assert ended.left == [second]
    finally:
        machines.mend(other.name)
    other.ssh("touch", "/tmp/cable-go")
    later = runs.resume(city.ctx, city.people["operator"], run.id)
    assert (later.hosts, later.resume_of) == ([second], run.id)
    city.run()
    assert run_of(city, later).state == "succeeded"
    assert one.ssh("cat", "/tmp/cable").stdout.split("\n") == ["one", "one again", ""]  # nothing was done to it twice


def test_a_wrong_sudo_password_fails_in_ansibles_words_and_is_nowhere(
    city: Installed, web: dict[UUID, Host], caplog: pytest.LogCaptureFixture
) -> None:
    key, machine = next(iter(web.items()))
    caplog.set_level(logging.DEBUG)
    harder = "sed -i s/NOPASSWD:// /etc/sudoers.d/cloudctl; echo cloudctl:right | chpasswd\n"
    machine.ssh("sudo", "sh", "-s", stdin=harder)
    operator, owner = city.people["operator"], Owner(SecretKind.HOST, key)
    secrets.put(city.ctx, operator, owner, "become_password", WRONG)
    failed = ask(city, "as_root", [key])
    city.run()
    run = run_of(city, failed)
    assert run.state == "failed"
    assert "password" in run.words["en"].lower()
    for place in everything(city):
        for spelling in (WRONG.encode(), b64encode(WRONG.encode())):
            assert spelling not in place.read_bytes(), place
    assert WRONG not in caplog.text
    secrets.put(city.ctx, operator, owner, "become_password", "right")
    again = runs.resume(city.ctx, operator, failed.id)
    city.run()
    assert run_of(city, again).state == "succeeded"


def test_a_secret_that_a_playbook_shows_in_every_dress_is_nowhere(
    city: Installed, web: dict[UUID, Host], caplog: pytest.LogCaptureFixture
) -> None:
    key = list(web)[1]
    caplog.set_level(logging.DEBUG)
    operator = city.people["operator"]
    secrets.put(city.ctx, operator, Owner(SecretKind.HOST, key), "leak_password", SHOWN)
    asked = ask(city, "leak", [key])
    city.run()
    run = run_of(city, asked)
    assert run.state == "failed"
    assert run.failed_task == "Fail with it"
    assert "was not taken" in run.words["en"]
    told = b"".join(runs.read_artifact(city.ctx, operator, run.id, one.name)[1] for one in left_by(city, run))
    assert b"was not taken" in told  # it was said, and would be found
    stored = b"".join(place.read_bytes() for place in everything(city))
    for spelling in (SHOWN.encode(), b64encode(SHOWN.encode())[:-4], quote(SHOWN, safe="").encode()):
        assert spelling not in told + stored + caplog.text.encode()


def test_more_lines_than_anybody_reads_cost_the_platform_a_few_rows(city: Installed, web: dict[UUID, Host]) -> None:
    asked = ask(city, "chatter", list(web), chatter_command="seq 1 30000")
    city.run()
    run = run_of(city, asked)
    assert run.state == "succeeded"
    rows = city.ctx.queries.run_events_of(run.id)
    assert sum(len(event.text) for row in rows for event in row.events) < 100_000
    assert run.playing_since is not None
    assert run.ended_at is not None
    assert len(rows) <= 3 * (run.ended_at - run.playing_since).total_seconds() + 3
    (log,) = [one for one in left_by(city, run) if one.name == "log.txt"]
    content = runs.read_artifact(city.ctx, city.people["operator"], run.id, log.name)[1]
    assert content.count(b"30000") >= len(web)


def left_by(city: Installed, run: Run) -> Sequence[RunArtifact]:
    return runs.artifacts(city.ctx, city.people["operator"], run.id)


def everything(city: Installed) -> list[Path]:
    """The database with the engine's tables and what it has not written back yet, the file store."""
    return [path for path in city.directory.rglob("*") if path.is_file()]


def test_a_run_enters_by_a_certificate_of_its_own(city: Installed, web: dict[UUID, Host]) -> None:
    key, machine = list(web.items())[1]
    run = ask(city, "as_root", [key])
    city.run()
    assert run_of(city, run).state == "succeeded"
    log = machine.ssh("sudo", "journalctl", "-u", "ssh", "--no-pager").stdout
    assert f"ID run/{run.id}" in log
