from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from cloudctl.cli import contexts
from cloudctl.cli.contexts import Target
from cloudctl.cli.exits import Exit, Failure
from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

ME = {"account_id": "a-1", "name": "zhang", "roles": ["department-officer"]}
CITY = Target("http://city", "t-1")


def mode(path: str | Path) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_the_file_is_its_owners_alone(home: Path) -> None:
    contexts.save("city", CITY)
    assert mode(contexts.path()) == 0o600
    assert mode(Path(contexts.path()).parent) == 0o700
    assert contexts.path().startswith(str(home))


def test_and_stays_so_when_it_was_not(home: Path) -> None:
    contexts.save("city", CITY)
    Path(contexts.path()).chmod(0o644)
    with pytest.raises(Failure, match="chmod 600"):
        contexts.current(None)


def test_the_last_saved_is_in_use(home: Path) -> None:
    contexts.save("city", CITY)
    contexts.save("lab", Target("unix:///s", "t-2", "/ca.pem"))
    assert contexts.current(None) == Target("unix:///s", "t-2", "/ca.pem")
    assert contexts.current("city") == CITY
    contexts.use("city")
    assert contexts.current(None) == CITY


def test_forgetting_the_one_in_use_goes_on_with_another(home: Path) -> None:
    contexts.save("city", CITY)
    contexts.save("lab", Target("unix:///s", "t-2"))
    assert contexts.forget(None) == "lab"
    assert contexts.current(None) == CITY
    assert "t-2" not in Path(contexts.path()).read_text()


def test_the_environment_goes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.save("city", CITY)
    monkeypatch.setenv("CLOUDCTL_TOKEN", "t-9")
    assert contexts.current(None) == Target("http://city", "t-9")
    monkeypatch.setenv("CLOUDCTL_URL", "http://other")
    assert contexts.current(None) == Target("http://other", "t-9")
    assert contexts.current("city") == CITY


def test_a_kept_token_never_goes_to_another_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.save("city", CITY)
    monkeypatch.setenv("CLOUDCTL_URL", "http://elsewhere")
    assert contexts.current(None).token == ""


def test_without_a_login_the_command_is_named(cloudctl: Cloudctl) -> None:
    ended = cloudctl("servers", "list")
    assert ended.code == Exit.FORBIDDEN
    assert "cloudctl login" in ended.err


@pytest.mark.parametrize("arguments", [("contexts", "use", "none"), ("--context", "none", "me"), ("logout", "none")])
def test_an_unknown_context_is_not_found(cloudctl: Cloudctl, arguments: tuple[str, ...]) -> None:
    ended = cloudctl(*arguments)
    assert ended.code == Exit.NOT_FOUND
    assert "cloudctl contexts list" in ended.err


def test_a_broken_file_says_so(cloudctl: Cloudctl, home: Path) -> None:
    contexts.save("city", CITY)
    Path(contexts.path()).write_text("{")
    assert cloudctl("me").code == Exit.USAGE


def test_a_login_is_checked_before_it_is_kept(cloudctl: Cloudctl, api: FakeApi, home: Path) -> None:
    (home / "token").write_text("cctl_abc\n")
    api.on("GET", "/v1/me", Reply(401, problem("unauthenticated", 401, "No valid token", "Unknown.")), ME)
    refused = cloudctl("login", api.url, "--token-file", "token")
    assert refused.code == Exit.FORBIDDEN
    assert contexts.read()["contexts"] == {}
    welcome = cloudctl("login", api.url, "--token-file", "token", "--name", "city")
    assert welcome.code == Exit.OK
    assert "zhang (department-officer)" in welcome.out
    assert api.asked[-1].headers["authorization"] == "Bearer cctl_abc"
    assert contexts.current("city").token == "cctl_abc"


def test_a_token_comes_through_the_standard_input(
    cloudctl: Cloudctl, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    api.on("GET", "/v1/me", ME)
    monkeypatch.setattr("sys.stdin", io.StringIO("cctl_piped\n"))
    assert cloudctl("login", api.url).code == Exit.OK
    assert contexts.current(None).token == "cctl_piped"


def test_an_empty_token_is_refused(cloudctl: Cloudctl, home: Path) -> None:
    (home / "token").write_text("two words")
    assert cloudctl("login", "--token-file", "token").code == Exit.USAGE


def test_a_token_is_no_argument(cloudctl: Cloudctl) -> None:
    assert "--token " not in cloudctl("login", "--help").out


def test_an_open_network_is_warned_of(cloudctl: Cloudctl, home: Path) -> None:
    (home / "token").write_text("cctl_abc")
    ended = cloudctl("login", "http://cloud.invalid", "--token-file", "token")
    assert ended.err.startswith("Careful: http://cloud.invalid")


def test_contexts_are_listed_and_chosen(logged_in: Cloudctl) -> None:
    contexts.save("lab", Target("unix:///s", "t-2"))
    rows = json.loads(logged_in("contexts", "list", "-o", "json").out)
    assert [(row["name"], row["current"]) for row in rows] == [("city", False), ("lab", True)]
    assert logged_in("contexts", "use", "city").code == Exit.OK
    assert logged_in("logout", "lab").out == "Forgot lab.\n"
    assert "t-2" not in logged_in("contexts", "list", "-o", "json").out


def test_another_context_serves_one_command(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/me", ME)
    contexts.save("down", Target("http://127.0.0.1:9", "t-2"))
    assert logged_in("me").code == Exit.SERVER
    assert logged_in("--context", "city", "me").code == Exit.OK
