"""The modules that are sent to hosts, each with what it may meet there."""

from __future__ import annotations

import doctest
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.sweeps import SweepKind, entries_of
from tests.unit.playbooks.trees import module

READING = module("hardening", "read_items")
HOLDING = module("stop_services", "hold_units")
WIPING = module("decommission_host", "wipe_secrets")
EVIDENCE = module("collect_evidence", "host_evidence")
UPDATES = module("patch_hosts", "list_updates")
MOVING = module("migrate_system", "move_data")
SETTING = module("hardening", "set_items")
ACCOUNTS = module("host_users", "keep_accounts")
FILES = module("", "write_files")
ALL = [READING, HOLDING, WIPING, EVIDENCE, UPDATES, MOVING, SETTING, ACCOUNTS, FILES]


@pytest.mark.parametrize("tried", ALL, ids=lambda one: one.__name__)
def test_examples(tried: Any) -> None:
    assert doctest.testmod(tried).failed == 0


def item(**given: Any) -> dict[str, Any]:
    return {
        "id": "one", "title": {"en": "One", "zh_CN": "一"}, "clause": {"2": "7.1.4.1 a", "3": "8.1.4.1 a"},
        "check": {"by": "setting", "name": "minlen", "files": ["/nowhere"]}, "wanted": {"least": 8},
        "remedy": {"by": "line"},
    } | given  # fmt: skip


def test_a_setting_counts_as_it_was_given_last(tmp_path: Path) -> None:
    file = tmp_path / "pwquality.conf"
    file.write_text("# minlen = 20\nminlen = 6\n minlen=9 # more\nenforce_for_root\nlast\n")
    host = READING.Host(container=False)
    check = {"by": "setting", "name": "minlen", "files": [str(file)]}
    assert READING.read(host, item(check=check), 2, {})["found"] == "9"
    strict = READING.read(host, item(check=check, wanted_3={"least": 10}), 3, {})
    assert (strict["ok"], strict["clause"], strict["wanted"]) == (False, "8.1.4.1 a", "at least 10")
    assert host.setting(check | {"name": "enforce_for_root"}) == "set"
    assert host.setting(check | {"name": "maxrepeat"}) == "absent"


def test_what_is_not_applicable_says_why() -> None:
    host = READING.Host(container=True)
    kernel = READING.read(host, item(needs="kernel"), 2, {})
    assert (kernel["ok"], kernel["applicable"], kernel["why"]) == (True, False, "not applicable here: container")
    exempt = READING.read(host, item(), 2, {"one": "until the vendor's release"})
    assert (exempt["applicable"], exempt["why"]) == (False, "exempt: until the vendor's release")
    assert READING.read(host, item(), 2, {})["ok"] is False


def test_files_that_are_too_open_are_named(tmp_path: Path) -> None:
    shut, wide = tmp_path / "shut", tmp_path / "wide"
    shut.touch(0o600)
    wide.touch()
    wide.chmod(0o666)
    host = READING.Host(container=False)
    check = {"by": "mode", "files": [str(tmp_path / "*")], "most": "0640", "any_owner": True}
    assert host.mode(check) == [str(wide)]
    told = READING.read(host, item(check=check, wanted="ok"), 2, {})
    assert (told["ok"], told["things"]) == (False, [str(wide)])
    assert host.mode(check | {"files": [str(tmp_path / "none")], "present": True}) == "absent"


class Machine(HOLDING.Units):
    """A systemd of made-up units, each running or not."""

    def __init__(self, *running: str, broken: str = "") -> None:
        self.running, self.broken = set(running), broken

    def said(self, *words: str) -> str:
        match words:
            case ["list-units", *_]:
                return "".join(f"{name} loaded active running\n" for name in sorted(self.running))
            case ["show", "-p", _, "-p", _, *names]:
                return "\n\n".join(f"Id={name}\nDefaultDependencies=yes" for name in names)
            case ["stop", *names]:
                self.running -= set(names)
            case ["start", *names]:
                self.running |= {name for name in names if name != self.broken}
            case ["is-active", name]:
                return "active" if name in self.running else "inactive"
        return ""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(HOLDING, "UNITS", tmp_path / "units")
    return {"record": str(tmp_path / "quarantine.json"), "keep": ["backup.*"], "because": {"case": "C-1"}}


def test_what_ran_is_stopped_and_exactly_that_comes_back(given: dict[str, Any]) -> None:
    machine = Machine("nginx.service", "ssh.service", "backup.timer", "systemd-journald.service")
    done = HOLDING.hold(machine, given, check=False)
    assert done["stopped"] == ["nginx.service"]
    assert machine.running == {"ssh.service", "backup.timer", "systemd-journald.service"}
    assert json.loads(Path(given["record"]).read_text())["units"] == ["nginx.service"]
    assert "ConditionPathExists=!" in HOLDING.drop_in("nginx.service").read_text()
    assert HOLDING.hold(machine, given, check=False)["changed"] is False
    assert HOLDING.release(machine, given, check=False)["started"] == ["nginx.service"]
    assert "nginx.service" in machine.running
    assert not Path(given["record"]).exists()
    assert not HOLDING.drop_in("nginx.service").exists()
    assert HOLDING.release(machine, given, check=False)["changed"] is False


def test_check_mode_holds_nothing(given: dict[str, Any]) -> None:
    machine = Machine("nginx.service")
    assert HOLDING.hold(machine, given, check=True)["stopped"] == ["nginx.service"]
    assert machine.running == {"nginx.service"}
    assert not Path(given["record"]).exists()


def test_dead_in_the_middle_it_goes_on_by_the_record(given: dict[str, Any]) -> None:
    Path(given["record"]).write_text(json.dumps({"units": ["nginx.service", "php.service"]}))
    machine = Machine("php.service", "later.service")
    done = HOLDING.hold(machine, given, check=False)
    assert done["stopped"] == ["later.service", "php.service"]
    assert json.loads(Path(given["record"]).read_text())["units"] == ["nginx.service", "php.service"]
    HOLDING.release(machine, given, check=False)
    assert machine.running == {"nginx.service", "php.service"}


def test_what_does_not_come_back_keeps_its_record(given: dict[str, Any]) -> None:
    machine = Machine("nginx.service", broken="nginx.service")
    HOLDING.hold(machine, given, check=False)
    done = HOLDING.release(machine, given, check=False)
    assert done["missing"] == ["nginx.service"]
    assert json.loads(Path(given["record"]).read_text())["units"] == ["nginx.service"]


def test_secrets_are_found_by_pattern_and_what_is_kept_stays(tmp_path: Path) -> None:
    for name in ("a/.ssh/id", "a/.ssh/authorized_keys", "b/key", "c/note"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("secret")
    kept = str(tmp_path / "a/.ssh/authorized_keys")
    found = WIPING.files([f"{tmp_path}/*/.ssh", f"{tmp_path}/b/*"], [kept])
    assert found == [str(tmp_path / "a/.ssh/id"), str(tmp_path / "b/key")]
    for path in found:
        WIPING.wipe(path)
    assert [path.name for path in sorted(tmp_path.rglob("*")) if path.is_file()] == ["authorized_keys", "note"]


def test_sockets_have_the_shape_of_a_sweep() -> None:
    text = (
        'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=0,fd=6))\n'
        'LISTEN 0 128 *:22 *:* users:(("sshd",pid=0,fd=3))\nLISTEN 0 5 127.0.0.1%lo:53 0.0.0.0:*\n'
    )
    told = EVIDENCE.sockets(text, "tcp")
    hosts = entries_of(SweepKind.SERVICES, [{"name": "web", "addresses": ["10.0.0.4"], "listening": told}])
    assert {(one.address, one.port, one.process) for one in hosts[0].listening} == {
        ("0.0.0.0", 80, "nginx"), ("0.0.0.0", 22, "sshd"), ("127.0.0.1", 53, ""),
    }  # fmt: skip


def test_the_platforms_logins_are_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC).timestamp()
    written = [(now, "li", "10.0.0.9"), (now, "cloudctl", "10.0.0.1"), (now, "root", "10.0.0.1"), (0.0, "li", "")]
    monkeypatch.setattr(EVIDENCE, "recorded_logins", lambda: written)
    told = EVIDENCE.logins(31, ["cloudctl"], ["10.0.0.1"])
    today = datetime.now(UTC).date().isoformat()
    assert {day: count for day, count in told["by_day"].items() if count} == {today: 1}
    assert {day: count for day, count in told["platform_by_day"].items() if count} == {today: 2}
    assert told["last"]["li"]["from"] == "10.0.0.9"


def test_a_day_without_a_login_is_0_only_where_the_record_reaches_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    written = [((now - timedelta(days=3)).timestamp(), "li", "10.0.0.9")]
    monkeypatch.setattr(EVIDENCE, "recorded_logins", lambda: written)
    days = [(now - timedelta(days=back)).date().isoformat() for back in (3, 2, 1, 0)]
    assert EVIDENCE.logins(31, [], [])["by_day"] == dict(zip(days, (1, 0, 0, 0), strict=True))
    assert EVIDENCE.logins(2, [], [])["by_day"] == dict.fromkeys(days[2:], 0)


def test_nobody_knows_of_logins_is_not_none_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EVIDENCE, "recorded_logins", lambda: None)
    monkeypatch.setattr(EVIDENCE, "journal_logins", lambda _days: None)
    assert EVIDENCE.logins(31, [], [])["by_day"] is None


def test_a_database_is_counted_by_rows_and_content() -> None:
    one = MOVING.counted("public.letters|2:aa\npublic.letters_id_seq|2\n")
    other = MOVING.counted("public.letters|2:bb\npublic.letters_id_seq|2\n")
    assert (one["count"], other["count"]) == (2, 2)
    assert one["checksum"] != other["checksum"]


def test_folders_are_counted_by_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text("1")
    before = MOVING.listed(None, str(tmp_path), [])
    (tmp_path / "a" / "f").write_text("2")
    after = MOVING.listed(None, str(tmp_path), [])
    assert (before["count"], before["bytes"], after["bytes"]) == (1, 1, 1)
    assert before["checksum"] != after["checksum"]
    with pytest.raises(MOVING.Failed, match="no folder"):
        MOVING.listed(None, str(tmp_path / "none"), [])
