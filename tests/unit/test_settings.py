from __future__ import annotations

from pathlib import Path

import pytest

from cloudctl.settings import Settings, SettingsError, load, load_with_sources


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without a configuration."""
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_defaults_hold() -> None:
    settings, sources = load_with_sources({})
    assert (settings, sources) == (Settings(), {})
    assert settings.on_sqlite


def test_a_file_then_the_environment_then_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('port = 1\nhost = "h"\nretention_days = 30\n[smtp]\nhost = "mail"\nport = 587\n', encoding="utf-8")
    environment = {"CLOUDCTL_CONFIG": str(file), "CLOUDCTL_PORT": "2", "CLOUDCTL_SMTP__HOST": "mail2"}
    settings, sources = load_with_sources(environment, {"retention_days": 7})
    assert (settings.port, settings.host, settings.retention_days) == (2, "h", 7)
    assert (settings.smtp.host, settings.smtp.port) == ("mail2", 587)
    assert sources == {
        "host": str(file),
        "smtp.port": str(file),
        "port": "CLOUDCTL_PORT",
        "smtp.host": "CLOUDCTL_SMTP__HOST",
        "retention_days": "command line",
    }


def test_the_file_beside_is_read(tmp_path: Path) -> None:
    (tmp_path / "cloudctl.toml").write_text("port = 99\n")
    assert load({}).port == 99
    (tmp_path / "other.toml").write_text("port = 98\n")
    assert load({"CLOUDCTL_CONFIG": "other.toml"}).port == 98


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("false", False), ("1", True), ("0", False)],
)
def test_texts_of_the_environment_become_values(text: str, value: bool) -> None:
    assert load({"CLOUDCTL_LOG_JSON": text, "CLOUDCTL_SETTLE_S": "2.5"}).log_json is value
    assert load({"CLOUDCTL_SETTLE_S": "2.5"}).settle_s == 2.5


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CLOUDCTL_PORTT": "1"}, "portt"),
        ({"CLOUDCTL_PORT": "many"}, "CLOUDCTL_PORT"),
        ({"CLOUDCTL_SMTP__PASSWORT": "hunter2"}, "passwort"),
        ({"CLOUDCTL_SMTP": "mail", "CLOUDCTL_SMTP__HOST": "mail"}, "smtp"),
        ({"CLOUDCTL_CONFIG": "absent.toml"}, "absent.toml"),
    ],
)
def test_what_is_wrong_is_named_with_its_source(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load(environment)


def test_a_wrong_value_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"CLOUDCTL_SMTP__PASSWORT": "hunter2", "CLOUDCTL_PORT": "hunter3"})
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize("text", ["port = ", 'colour = "red"\n', "[smtp]\ncolour = 1\n", 'port = "x"\n'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "cloudctl.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"cloudctl\.toml"):
        load({})


def test_variables_of_the_client_and_of_keys_are_no_settings() -> None:
    names = ("URL", "TOKEN", "LANG", "CONTEXT", "SEALING_KEYS", "LAB_CACHE")
    assert load({f"CLOUDCTL_{name}": "x" for name in names} | {"PATH": "x"}) == Settings()


def test_the_database_is_a_file_in_the_data_directory_unless_set(tmp_path: Path) -> None:
    assert load({}, {"data_dir": "d"}).database == f"sqlite:///{tmp_path / 'd' / 'cloudctl.sqlite3'}"
    there = load({}, {"database_url": "postgresql+psycopg://db/cloudctl"})
    assert (there.database, there.on_sqlite) == ("postgresql+psycopg://db/cloudctl", False)


def test_the_keys_are_a_file_in_the_data_directory_unless_set() -> None:
    assert load({}, {"data_dir": "d"}).secret_keys == Path("d/secret.keys")
    assert load({}, {"secret_key_file": "/etc/k"}).secret_keys == Path("/etc/k")
