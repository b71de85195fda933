"""The command line, run against a server that answers as it is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

os.environ["CLOUDCTL_LANG"] = "en"  # before the first import of the command line: its language is fixed then

import pytest

import build_catalogues
from tests.unit.cli.fakes import TOKEN, Cloudctl, Ended, FakeApi

build_catalogues.compile_catalogues()


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    yield fake
    fake.stop()


@pytest.fixture
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty home: no contexts, no settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("CLOUDCTL_") and name != "CLOUDCTL_LANG"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cloudctl(home: Any, capsys: pytest.CaptureFixture[str]) -> Cloudctl:
    """Runs one command in this process."""
    from cloudctl.cli.main import run

    def command(*args: str) -> Ended:
        code = run(list(args))
        out, err = capsys.readouterr()
        return Ended(int(code), out, err)

    return command


@pytest.fixture
def logged_in(cloudctl: Cloudctl, api: FakeApi) -> Cloudctl:
    """The same, with a context that points to the fake server."""
    from cloudctl.cli import contexts

    contexts.save("city", contexts.Target(api.url, TOKEN))
    return cloudctl
