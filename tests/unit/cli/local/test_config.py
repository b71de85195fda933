from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.fakes import Cloudctl


def shown(cloudctl: Cloudctl) -> dict[str, tuple[object, str]]:
    rows = json.loads(cloudctl("config", "show", "-o", "json").out)
    return {row["setting"]: (row["value"], row["source"]) for row in rows}


def test_every_setting_is_shown_with_its_source(
    cloudctl: Cloudctl, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "cloudctl.toml").write_text('log_level = "DEBUG"\n[smtp]\nhost = "mail"\npassword = "hush"\n')
    monkeypatch.setenv("CLOUDCTL_PORT", "9000")
    settings = shown(cloudctl)
    assert settings["port"] == (9000, "CLOUDCTL_PORT")
    assert settings["log_level"] == ("DEBUG", "cloudctl.toml")
    assert settings["smtp.host"] == ("mail", "cloudctl.toml")
    assert settings["host"] == ("127.0.0.1", "default")


@pytest.mark.parametrize("form", ["table", "json", "yaml", "csv"])
def test_secrets_are_masked(cloudctl: Cloudctl, home: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    (home / "cloudctl.toml").write_text('[smtp]\npassword = "hush-1"\n')
    monkeypatch.setenv("CLOUDCTL_DATABASE_URL", "postgresql+psycopg://cloudctl:hush-2@db/cloudctl")
    ended = cloudctl("config", "show", "-o", form)
    assert ended.code == 0
    assert "hush" not in ended.out + ended.err
    assert "@db/cloudctl" in ended.out


def test_a_wrong_setting_names_itself_and_its_place(cloudctl: Cloudctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDCTL_PORT", "many")
    ended = cloudctl("config", "show")
    assert ended.code == 2
    assert "port" in ended.err
    assert "CLOUDCTL_PORT" in ended.err
    assert cloudctl("doctor").code == 2


def test_an_unknown_setting_is_not_passed_over(cloudctl: Cloudctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDCTL_PROT", "1")
    assert cloudctl("config", "show").code == 2
