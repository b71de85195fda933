"""How commands end, seen from the shell: each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.fakes import TOKEN, Cloudctl, FakeApi

ROOT = Path(__file__).parents[3]
SERVER_SIDE = ("rich", "pydantic", "sqlalchemy", "httpx", "openstack", "msgspec", "yaml", "requests", "asyncio")


def environment(home: Path, **more: str) -> dict[str, str]:
    # An unbuffered output loses a broken pipe; without kept bytecode every process compiles everything anew.
    ours = ("CLOUDCTL_", "LC_", "LANG", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "XDG_CONFIG_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}


def shell(home: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cloudctl.cli", *args], env=environment(home, **more), capture_output=True, text=True,
        check=False, cwd=home,
    )  # fmt: skip


def test_a_plain_command_imports_no_server_code(api: FakeApi, tmp_path: Path) -> None:
    rows = [{"id": "i", "name": "应用-1", "state": "active", "created_at": "2026-11-21T18:00:00Z"}]
    api.on("GET", "/v1/servers", {"items": rows, "next": None})
    code = (
        "import sys; from cloudctl.cli.main import run; code = run(sys.argv[1:]);"
        f"loaded = sorted(set(sys.modules) & set({SERVER_SIDE!r}));"
        "ours = sorted(name for name in sys.modules if name.startswith('cloudctl.'));"
        "strange = [name for name in ours if not name.startswith(('cloudctl.cli', 'cloudctl.messages'))];"
        "assert (code, loaded, strange) == (0, [], []), (code, loaded, strange)"
    )
    for args in (["--help"], ["servers", "list"], ["servers", "list", "-o", "yaml"], ["orders", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *args], env=environment(tmp_path, CLOUDCTL_URL=api.url, CLOUDCTL_TOKEN=TOKEN),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_people_read_their_language(api: FakeApi, tmp_path: Path) -> None:
    api.on("GET", "/v1/servers", {"items": [{"name": "应用-1", "state": "active"}], "next": None})
    server = {"CLOUDCTL_URL": api.url, "CLOUDCTL_TOKEN": TOKEN}
    arguments = ("servers", "list", "--columns", "name,state")
    assert shell(tmp_path, *arguments, LANG="zh_CN.UTF-8", **server).stdout == "名称    状态\n应用-1  运行中\n"
    assert api.asked[-1].headers["accept-language"] == "zh-CN"
    assert shell(tmp_path, *arguments, LANG="en_US.UTF-8", **server).stdout == "Name    State\n应用-1  active\n"


def test_click_speaks_chinese_as_well(tmp_path: Path) -> None:
    done = shell(tmp_path, "--help", CLOUDCTL_LANG="zh_CN")
    assert done.stdout.startswith("用法：")
    assert "退出码" in done.stdout
    wrong = shell(tmp_path, "servers", "lst", CLOUDCTL_LANG="zh_CN")
    assert wrong.returncode == 2
    assert "没有命令" in wrong.stderr
    assert "list" in wrong.stderr


def test_an_unreachable_server_is_told_in_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = shell(tmp_path, "servers", "list", CLOUDCTL_URL="http://127.0.0.1:9", CLOUDCTL_TOKEN=TOKEN)
    assert done.returncode == 6
    assert "cloudctl serve" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_quietly(api: FakeApi, tmp_path: Path) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"  # background jobs ignore it
        "from cloudctl.cli.main import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "login", api.url, "--token-file", "-"], env=environment(tmp_path), cwd=tmp_path,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        wait_until_it_reads(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert "Traceback" not in process.stderr.read()


def wait_until_it_reads(pid: int) -> None:
    """Returns when the process sleeps in a read of its standard input."""
    while "pipe_read" not in Path(f"/proc/{pid}/wchan").read_text() and not reads_by_stack(pid):
        assert Path(f"/proc/{pid}").exists()


def reads_by_stack(pid: int) -> bool:
    """For kernels that hide wchan: system call 0 is read, its first argument descriptor 0."""
    return Path(f"/proc/{pid}/syscall").read_text().startswith("0 0x0 ")


def test_a_reader_that_goes_away_is_no_error(api: FakeApi, tmp_path: Path) -> None:
    rows = [{"name": f"server-{number}" * 20} for number in range(2000)]
    api.on("GET", "/v1/servers", {"items": rows, "next": None})
    process = subprocess.Popen(
        [sys.executable, "-m", "cloudctl.cli", "servers", "list", "--all"],
        env=environment(tmp_path, CLOUDCTL_URL=api.url, CLOUDCTL_TOKEN=TOKEN),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.read() == ""


@pytest.mark.parametrize("arguments", [("nonsense",), ("servers", "list", "--limit", "0"), ("servers", "show")])
def test_a_wrong_command_line_is_usage(cloudctl: Cloudctl, arguments: tuple[str, ...]) -> None:
    ended = cloudctl(*arguments)
    assert ended.code == 2
    assert "Usage: cloudctl" in ended.err


def test_the_version(cloudctl: Cloudctl) -> None:
    from cloudctl import __version__

    assert cloudctl("--version").out == f"cloudctl {__version__}\n"


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_shells_complete(cloudctl: Cloudctl, name: str) -> None:
    out = cloudctl("completion", name).out
    assert "_CLOUDCTL_COMPLETE" in out
    assert "cloudctl" in out


def test_commands_are_completed(tmp_path: Path) -> None:
    done = shell(tmp_path, _CLOUDCTL_COMPLETE="bash_complete", COMP_WORDS="cloudctl orders sub", COMP_CWORD="2")
    assert done.stdout.split() == ["plain,submit"]
