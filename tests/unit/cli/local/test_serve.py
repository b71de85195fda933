"""An installation from the first start to its restored backup, as its operator runs it: real processes, SQLite."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.cli.test_main import environment, shell


@contextmanager
def serving(home: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cloudctl.cli", "serve", "--unix-socket", "api.sock"], cwd=home,
        env=environment(home, CLOUDCTL_LOG_LEVEL="ERROR"), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if line.startswith("Serving"):
                break
        else:
            pytest.fail("".join(lines))
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def stopped(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=60)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all tests of this module, in their order."""
    return tmp_path_factory.mktemp("installation")


def test_the_first_start_writes_the_token_to_a_file_and_prints_its_path(home: Path) -> None:
    done = shell(home, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    token = home / ".cloudctl" / "admin.token"
    assert str(token.relative_to(home)) in done.stderr
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert token.read_text().strip() not in done.stderr + done.stdout
    assert shell(home, "db", "check").stdout == "The database is up to date.\n"


def test_it_serves_on_a_socket_and_stops_when_asked(home: Path) -> None:
    with serving(home) as process:
        socket = f"unix://{home}/api.sock"
        welcome = shell(home, "login", socket, "--token-file", ".cloudctl/admin.token")
        assert welcome.returncode == 0, welcome.stderr
        assert json.loads(shell(home, "me", "-o", "json").stdout)["name"] == "admin"
        made = shell(home, "departments", "create", "--code", "fgw", "--name", "市发展改革委", "--level", "city")
        assert made.returncode == 0, made.stderr
        unknown = shell(home, "orders", "follow", "2026-999999", CLOUDCTL_LANG="zh_CN")
        assert unknown.returncode == 3
        assert "没有 number 为 2026-999999 的内容" in unknown.stderr
        assert stopped(process) == 0
    gone = shell(home, "me")
    assert gone.returncode == 6
    assert "cloudctl serve" in gone.stderr


def test_a_second_server_on_the_same_database_is_refused(home: Path) -> None:
    with serving(home) as process:
        second = shell(home, "serve", "--unix-socket", "second.sock")
        assert second.returncode == 6
        assert "Another process already runs the workflows" in second.stderr
        assert stopped(process) == 0


def test_a_port_that_is_taken_is_told(home: Path) -> None:
    (home / "taken").mkdir()
    done = shell(home, "serve", "--unix-socket", "taken", CLOUDCTL_LOG_LEVEL="CRITICAL")
    assert done.returncode == 6
    assert "cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_it_well_and_says_what_mends_it_when_not(home: Path) -> None:
    well = shell(home, "doctor")
    assert well.returncode == 0, well.stdout
    assert "[ok] Database: In order." in well.stdout
    keys = home / ".cloudctl" / "secret.keys"
    (home / ".cloudctl").chmod(0o755)
    ill = shell(home, "doctor", "-o", "json")
    (home / ".cloudctl").chmod(0o700)
    assert ill.returncode == 6
    assert "chmod go= .cloudctl" in {row["mend"] for row in json.loads(ill.stdout)}
    keys.chmod(0o644)
    refused = shell(home, "doctor")
    keys.chmod(0o600)
    assert refused.returncode == 6
    assert "secret.keys" in refused.stderr


def test_a_backup_is_its_owners_and_brings_everything_back(home: Path) -> None:
    done = shell(home, "backup", "copy.tar")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((home / "copy.tar").stat().st_mode) == 0o600
    assert shell(home, "restore", "copy.tar").returncode == 6
    for part in (home / ".cloudctl").glob("cloudctl.sqlite3*"):
        part.unlink()
    back = shell(home, "restore", "copy.tar", "--overwrite")
    assert back.returncode == 0, back.stderr
    assert shell(home, "db", "upgrade").stdout == "The database is up to date.\n"
    with serving(home) as process:
        assert "市发展改革委" in shell(home, "departments", "list").stdout
        assert stopped(process) == 0


def test_what_is_no_backup_is_refused(home: Path) -> None:
    (home / "other.tar").write_text("nothing")
    done = shell(home, "restore", "other.tar", "--overwrite", CLOUDCTL_LANG="zh_CN")
    assert done.returncode == 6
    assert "不是 cloudctl 数据库的备份" in done.stderr


def test_a_worker_of_its_own_needs_postgresql(home: Path) -> None:
    done = shell(home, "worker")
    assert done.returncode == 2
    assert "SQLite lets one write at a time" in done.stderr
    assert "cloudctl serve" in done.stderr
