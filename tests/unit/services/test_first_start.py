from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from cloudctl.bootstrap import build
from cloudctl.domain.accounts import Permission, Role
from cloudctl.services import accounts
from cloudctl.settings import Settings


def test_the_token_is_in_a_file_of_its_owner_and_nowhere_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    umask = os.umask(0)
    try:
        app = build(Settings(data_dir=str(tmp_path / "d")))
        path = app.prepare()
    finally:
        os.umask(umask)
    assert path is not None
    secret = path.read_text(encoding="ascii").strip()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    actor = accounts.authenticate(app.context, secret)
    assert (actor.name, actor.roles) == ("admin", {Role.OFFICE_ADMIN})
    assert Permission.ACCOUNTS_WRITE in actor.permissions
    shown = "".join(capfd.readouterr()) + caplog.text
    assert secret not in shown
    app.stop()
    others = [file for file in (tmp_path / "d").rglob("*") if file.is_file() and file != path]
    assert others
    assert not [file for file in others if secret.encode() in file.read_bytes()]


def test_the_second_start_makes_none(tmp_path: Path) -> None:
    for first in (True, False):
        app = build(Settings(data_dir=str(tmp_path)))
        path = app.prepare()
        assert (path is not None) == first
        app.stop()


def test_a_file_that_was_left_by_a_start_that_died_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "admin.token").write_text("from before\n")
    (tmp_path / "admin.token").chmod(0o644)
    app = build(Settings(data_dir=str(tmp_path)))
    path = app.prepare()
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    accounts.authenticate(app.context, path.read_text().strip())
    app.stop()
