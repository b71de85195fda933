"""The modules that set something: what they would do and what they do, once and again, without a host."""

from __future__ import annotations

import os
import pwd
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.unit.playbooks.trees import module

SETTING = module("hardening", "set_items")
ACCOUNTS = module("host_users", "keep_accounts")
FILES = module("", "write_files")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA li"


class Refused(Exception):
    """What the module said when it failed."""


class Module:
    """The part of Ansible's own module that these call; it notes the commands, and refuses the one it is told to."""

    def __init__(self, tmpdir: Path, *, check: bool = False, refuses: str = "") -> None:
        self.tmpdir, self.check_mode, self.refuses = str(tmpdir), check, refuses
        self.commands: list[list[str]] = []

    def run_command(self, words: Any, *, check_rc: bool = False) -> tuple[int, str, str]:
        words = words.split() if isinstance(words, str) else words
        self.commands.append(words)
        return (1, "", "syntax error") if self.refuses and words[0] == self.refuses else (0, "", "")

    def atomic_move(self, source: str, target: str) -> None:
        shutil.move(source, target)

    def load_file_common_arguments(self, wanted: dict[str, Any], *, path: str) -> dict[str, Any]:
        return wanted | {"path": path}

    def set_fs_attributes_if_different(self, wanted: dict[str, Any], changed: bool) -> bool:
        mode = int(wanted["mode"], 8)
        differs = Path(wanted["path"]).stat().st_mode & 0o7777 != mode
        if differs and not self.check_mode:
            Path(wanted["path"]).chmod(mode)
        return changed or differs

    def fail_json(self, *, msg: str, **_: Any) -> None:
        raise Refused(msg)


def entry(path: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "content": None, "mode": None, "validate": None} | more


def test_files_are_written_once_and_check_mode_writes_none(tmp_path: Path) -> None:
    wanted = [entry(tmp_path / "d", mode="0750"), entry(tmp_path / "d/f", content="a\n", mode="0600")]
    look = Module(tmp_path, check=True)
    assert [FILES.put(look, one)["before_header"] for one in wanted] == [one["path"] for one in wanted]
    assert not (tmp_path / "d").exists()
    one = Module(tmp_path)
    assert all(FILES.put(one, each) for each in wanted)
    assert (tmp_path / "d/f").read_text() == "a\n"
    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in ("d", "d/f")] == ["0o750", "0o600"]
    assert [FILES.put(one, each) for each in wanted] == [None, None]
    change = FILES.put(look, wanted[1] | {"content": "b\n"})
    assert (change["before"], change["after"]) == ("a\n", "b\n")
    assert (tmp_path / "d/f").read_text() == "a\n"


def test_a_file_that_its_program_refuses_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("good\n")
    refusing = Module(tmp_path, refuses="nft")
    with pytest.raises(Refused, match="f stays as it was: syntax error"):
        FILES.put(refusing, entry(file, content="bad\n", validate="nft -c -f %s"))
    assert file.read_text() == "good\n"
    assert refusing.commands[0][:3] == ["nft", "-c", "-f"]
    with pytest.raises(Refused, match="no folder"):
        FILES.put(Module(tmp_path), entry(file))
    assert file.read_text() == "good\n"


def item(by: str, *things: str, **remedy: Any) -> dict[str, Any]:
    return {"id": "one", "remedy": {"by": by} | remedy, "things": list(things)}


def test_a_line_is_set_once_in_its_own_place(tmp_path: Path) -> None:
    file = tmp_path / "login.defs"
    file.write_text("A 1\nUMASK 022\nB 2\n")
    file.chmod(0o644)
    wrong = item("line", file=str(file), line="UMASK 027")
    assert SETTING.Remedies(Module(tmp_path, check=True)).line(wrong) is True
    assert "022" in file.read_text()
    remedies = SETTING.Remedies(Module(tmp_path))
    assert (remedies.line(wrong), remedies.line(wrong)) == (True, False)
    assert file.read_text() == "A 1\nUMASK 027\nB 2\n"


def test_a_file_comes_with_its_folder_and_things_are_closed(tmp_path: Path) -> None:
    remedies = SETTING.Remedies(Module(tmp_path))
    wrong = item("file", file=str(tmp_path / "x.d/cloudctl.conf"), content="[Coredump]\n", mode="0644")
    assert (remedies.file(wrong), remedies.file(wrong)) == (True, False)
    open_to_all = tmp_path / "x.d/open"
    open_to_all.touch()
    open_to_all.chmod(0o666)
    wrong = item("mode", str(open_to_all), mode="0640", any_owner=True)
    assert (remedies.mode(wrong), remedies.mode(wrong)) == (True, False)
    assert open_to_all.stat().st_mode & 0o777 == 0o640


def test_what_a_command_sets_is_not_run_in_check_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SETTING, "KERNEL_VALUES", str(tmp_path / "sysctl.conf"))
    wrong = [
        item("lock", "guest"), item("shell", "games"), item("units_off", "cups.service", "cups.socket"),
        item("unit_masked", unit="ctrl-alt-del.target"), item("sysctl", name="kernel.sysrq", value=0),
    ]  # fmt: skip
    look, does = Module(tmp_path, check=True), Module(tmp_path)
    for one in wrong:
        assert getattr(SETTING.Remedies(look), one["remedy"]["by"])(one) is True
        assert getattr(SETTING.Remedies(does), one["remedy"]["by"])(one) is True
    assert look.commands == []
    assert does.commands == [
        ["usermod", "-p", "!", "guest"], ["usermod", "-s", "/usr/sbin/nologin", "games"],
        ["systemctl", "disable", "--now", "cups.service"], ["systemctl", "disable", "--now", "cups.socket"],
        ["systemctl", "mask", "ctrl-alt-del.target"], ["sysctl", "-w", "kernel.sysrq=0"],
    ]  # fmt: skip
    assert (tmp_path / "sysctl.conf").read_text() == "kernel.sysrq=0\n"


@pytest.fixture
def li(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pwd.struct_passwd:
    """An account whose home is here; files are written with the test's own rights."""
    monkeypatch.setattr(ACCOUNTS, "acting_as", lambda _entry: nullcontext())
    return pwd.struct_passwd(("li", "x", os.geteuid(), os.getegid(), "", str(tmp_path), "/bin/bash"))


def test_keys_are_those_that_are_named_and_no_others(li: pwd.struct_passwd, tmp_path: Path) -> None:
    file = tmp_path / ".ssh/authorized_keys"
    assert ACCOUNTS.keep_keys(li, [], check=False) is False
    assert not file.parent.exists()
    assert ACCOUNTS.keep_keys(li, [KEY], check=True) is True
    assert not file.exists()
    assert (ACCOUNTS.keep_keys(li, [KEY], check=False), ACCOUNTS.keep_keys(li, [KEY], check=False)) == (True, False)
    assert file.read_text() == KEY + "\n"
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]
    assert ACCOUNTS.keep_keys(li, [], check=False) is True
    assert file.read_text() == ""


def test_who_never_was_is_not_made_to_be_ended(tmp_path: Path) -> None:
    gone = {"name": "nobody-of-this-name", "comment": "", "keys": [KEY], "ended": True}
    none = Module(tmp_path)
    assert list(ACCOUNTS.keep(none, gone, {"cloudctl-system"})) == []
    look = Module(tmp_path, check=True)
    assert list(ACCOUNTS.keep(look, gone | {"ended": False}, set())) == ["nobody-of-this-name made"]
    assert none.commands == look.commands == []
