"""The adapter with real Ansible: what is said, masked, stopped, and what is left of a play whatever dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from cloudctl.automation import processes
from cloudctl.automation.directories import digest_of
from cloudctl.automation.player import Container
from cloudctl.automation.runner import AnsibleAutomation
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.playbooks import Approval, Repeat
from tests.locally import PLAYBOOKS, Locally, played, target
from tests.waiting import until

pytestmark = pytest.mark.timeout(900)
MARKER = 'pl4nted\'s "marker"'


@pytest.fixture
def automation(tmp_path: Path) -> Locally:
    base = tmp_path / "base"
    base.mkdir()
    return Locally(directory=str(base))


def left(automation: Locally) -> list[Path]:
    return list(Path(automation.directory).iterdir())


def test_the_catalogue_says_what_each_playbook_takes(automation: Locally) -> None:
    found = automation.playbooks()["say_hello"]
    assert (found.repeat, found.approval, found.changes) == (Repeat.SAFE, Approval.NONE, True)
    assert {one.name: (one.type, one.required, one.secret) for one in found.arguments} == {
        "say_hello_words": ("str", True, False),
        "say_hello_directory": ("path", True, False),
        "say_hello_loudness": ("int", False, False),
        "say_hello_password": ("str", False, True),
    }
    assert found.digest == digest_of(PLAYBOOKS)
    assert automation.playbooks()["count_up"].repeat is Repeat.UNSAFE


def test_a_secret_is_nowhere_but_in_the_playing(automation: Locally) -> None:
    answer, heard = played(
        automation, "leak", target("a"), secrets={"leak_password": MARKER},
        host_secrets={},
    )  # fmt: skip
    assert answer.outcome == "failed"
    assert "Fail with it" in answer.reason
    told = [heard.text, repr(answer), *(content.decode() for content in heard.files.values())]
    for text in told:
        assert "pl4nted" not in text
        assert "cGw0bnRlZC" not in text  # in base64
    assert {"log.txt"} < set(heard.files)
    assert left(automation) == []


def test_what_is_stopped_leaves_no_process(automation: Locally, tmp_path: Path) -> None:
    line, run_id = tmp_path / "line", uuid4()
    answer, heard = played(
        automation, "set_up", target("a"), target("b"), run_id=run_id, stop=line.exists,
        arguments={"set_up_file": str(line), "set_up_until": str(tmp_path / "never")},
    )  # fmt: skip
    assert answer.outcome == "cancelled"
    assert processes.marked(str(run_id)) == []
    assert left(automation) == []
    assert "log.txt" in heard.files


def test_what_takes_too_long_is_ended(automation: Locally, tmp_path: Path) -> None:
    run_id = uuid4()
    answer, _ = played(
        automation, "set_up", run_id=run_id, timeout_s=3.0,
        arguments={"set_up_file": str(tmp_path / "f"), "set_up_until": str(tmp_path / "never")},
    )  # fmt: skip
    assert answer.outcome == "timed_out"
    assert "longer" in answer.reason
    assert processes.marked(str(run_id)) == []


PLAY = """
import sys
from uuid import UUID
from tests.locally import Locally, played
played(Locally(directory=sys.argv[1]), "set_up", run_id=UUID(sys.argv[2]),
       arguments={"set_up_file": sys.argv[3], "set_up_until": sys.argv[3] + "-never"})
"""


def orphaned(base: Path, run_id: UUID, line: Path) -> subprocess.Popen[bytes]:
    """A worker that plays, up to the middle of the play."""
    worker = subprocess.Popen([sys.executable, "-c", PLAY, str(base), str(run_id), str(line)])
    until(line.exists)
    return worker


def test_a_worker_that_is_killed_takes_its_play_with_it(automation: Locally, tmp_path: Path) -> None:
    run_id, line = uuid4(), tmp_path / "line"
    worker = orphaned(Path(automation.directory), run_id, line)
    assert processes.marked(str(run_id))
    worker.kill()
    worker.wait()
    until(lambda: not processes.marked(str(run_id)))
    until(lambda: not left(automation))


def test_what_a_killed_player_leaves_is_found_and_ended(automation: Locally, tmp_path: Path) -> None:
    run_id, line = uuid4(), tmp_path / "line"
    worker = orphaned(Path(automation.directory), run_id, line)
    for pid in processes.marked(str(run_id)):
        with suppress(FileNotFoundError, ProcessLookupError):  # Ansible's helpers come and go
            if "player" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGKILL)
    worker.kill()
    worker.wait()
    automation.end(run_id)  # Ansible itself may go on for a while
    assert processes.marked(str(run_id)) == []
    assert left(automation) == []
    assert not automation.end(run_id)


def test_what_has_left_every_group_is_found_by_its_mark(automation: Locally) -> None:
    run_id = uuid4()
    stray = subprocess.Popen(["sleep", "600"], env={processes.MARKER: str(run_id)}, start_new_session=True)
    other = subprocess.Popen(["sleep", "600"], env={processes.MARKER: str(uuid4())}, start_new_session=True)
    try:
        assert automation.end(run_id)
        assert stray.wait(10) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_playbook_that_is_edited_meanwhile_changes_nothing(tmp_path: Path) -> None:
    tree, line, leave = tmp_path / "playbooks", tmp_path / "line", tmp_path / "leave"
    shutil.copytree(PLAYBOOKS, tree)
    automation = Locally(playbooks_dir=tree)
    before = automation.playbooks()["set_up"].digest
    tasks = tree / "roles" / "set_up" / "tasks" / "main.yml"

    def edited() -> bool:
        if line.exists() and not leave.exists():
            tasks.write_text(tasks.read_text().replace("again", "otherwise"))
            leave.touch()
        return False

    answer, _ = played(
        automation, "set_up", stop=edited, arguments={"set_up_file": str(line), "set_up_until": str(leave)}
    )
    assert (answer.outcome, answer.digest) == ("succeeded", before)
    assert line.read_text() == "one\none again\n"
    assert automation.playbooks()["set_up"].digest != before


def test_only_the_tree_that_was_approved_is_played(automation: Locally, tmp_path: Path) -> None:
    answer, _ = played(
        automation, "say_hello", digest="0" * 64,
        arguments={"say_hello_words": "hi", "say_hello_directory": str(tmp_path)},
    )  # fmt: skip
    assert answer.outcome == "broken"
    assert not (tmp_path / "a").exists()


def test_what_ansible_cannot_read_is_said_in_its_words(tmp_path: Path) -> None:
    tree = tmp_path / "playbooks"
    shutil.copytree(PLAYBOOKS, tree)
    (tree / "roles" / "set_up" / "tasks" / "main.yml").write_text("- no_such_module: {}\n")
    answer, _ = played(Locally(playbooks_dir=tree), "set_up", arguments={"set_up_file": "/x", "set_up_until": "/"})
    assert answer.outcome == "broken"
    assert "no_such_module" in answer.reason


def test_a_result_of_many_lines_is_shown_in_part_and_kept_whole(automation: Locally) -> None:
    answer, heard = played(automation, "chatter", arguments={"chatter_command": "seq 1 30000"})
    assert answer.outcome == "succeeded"
    assert max(len(event.text) for event in heard.events) < 4200
    assert "log.txt has them" in heard.text
    log = heard.files["log.txt"].decode()
    assert "30000" in log
    assert log.count("\n") > 30000


def test_somebody_elses_directory_is_not_taken_over(automation: Locally) -> None:
    run_id = uuid4()
    (Path(automation.directory) / f"cloudctl-run-{run_id}").symlink_to("/tmp")
    with pytest.raises(ConfigurationError):
        played(automation, "say_hello", run_id=run_id)
    assert isinstance(automation, AnsibleAutomation)


def test_an_execution_environment_is_run_by_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No podman is here: what it would be told is."""
    tools, told = tmp_path / "bin", tmp_path / "told"
    tools.mkdir()
    (tools / "podman").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{told}\n')
    (tools / "podman").chmod(0o755)
    container = Container(engine="podman", image="registry/ee:1", options=("--cpus=2",))
    automation = Locally(container=container)
    monkeypatch.setattr("cloudctl.automation.runner.shutil.which", lambda _engine: None)
    with pytest.raises(ConfigurationError):
        played(automation, "say_hello")
    monkeypatch.undo()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    run_id = uuid4()
    answer, _ = played(automation, "say_hello", run_id=run_id)
    assert answer.outcome == "broken"  # nothing was played, and that is no success
    words = told.read_text().splitlines()
    assert {"run", "registry/ee:1", "--cpus=2", "ansible-playbook", "say_hello.yml"} <= set(words)
    assert any(f"cloudctl-run-{run_id}" in word for word in words)
