from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cloudctl.domain.errors import ConfigurationError
from cloudctl.ports.secrets import Secrets
from cloudctl.secrets.keys import VARIABLE, CommandKeys, choose, read_keys
from cloudctl.secrets.sealing import Sealing


def new_key() -> str:
    return Fernet.generate_key().decode()


OLD, NEW = new_key(), new_key()
MARKER = b"the marker of the test"


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    secrets: Secrets = Sealing([NEW])
    sealed = secrets.seal(MARKER)
    assert MARKER not in sealed
    assert secrets.open(sealed) == MARKER
    assert secrets.seal(MARKER) != sealed


def test_the_first_key_seals_and_every_key_opens() -> None:
    before = Sealing([OLD]).seal(MARKER)
    rotated = Sealing([NEW, OLD])
    assert rotated.open(before) == MARKER
    assert Sealing([NEW]).open(rotated.seal(MARKER)) == MARKER


def test_a_value_opens_only_with_what_it_is_about() -> None:
    secrets = Sealing([NEW])
    sealed = secrets.seal(MARKER, b"secret/host/1/name")
    assert secrets.open(sealed, b"secret/host/1/name") == MARKER
    for other in (b"", b"secret/host/2/name"):
        with pytest.raises(ConfigurationError):
            secrets.open(sealed, other)
    with pytest.raises(ConfigurationError):
        secrets.open(secrets.seal(MARKER), b"secret/host/1/name")


def test_the_key_s_id_tells_which_key_sealed_and_not_the_key() -> None:
    assert Sealing([NEW]).key_id == Sealing([NEW, OLD]).key_id != Sealing([OLD]).key_id
    assert len(Sealing([NEW]).key_id) == 8


def test_what_was_sealed_before_libsodium_still_opens_and_is_about_nothing() -> None:
    before = Fernet(OLD).encrypt(MARKER)
    assert Sealing([NEW, OLD]).open(before) == MARKER
    for secrets, about in ((Sealing([NEW]), b""), (Sealing([OLD]), b"secret/host/1/name")):
        with pytest.raises(ConfigurationError):
            secrets.open(before, about)


def test_keys_come_from_a_program_that_asks_a_kms(tmp_path: Path) -> None:
    asked = tmp_path / "kms"
    asked.write_text(f"#!/bin/sh\nprintf '# unwrapped\\n%s\\n%s\\n' {NEW} {OLD}\n")
    asked.chmod(0o700)
    assert choose(tmp_path / "absent", str(asked), {}).read() == [NEW, OLD]
    assert not (tmp_path / "absent").exists()
    assert choose(tmp_path / "absent", str(asked), {VARIABLE: OLD}).read() == [OLD]


@pytest.mark.parametrize(
    ("script", "words"),
    [(f"echo {MARKER.decode()!r} >&2; exit 3", "exit 3"), ("true", "-"), ("printf '\\377'", "UnicodeDecodeError")],
)
def test_a_program_that_gives_no_keys_is_named_and_its_output_is_not(tmp_path: Path, script: str, words: str) -> None:
    asked = tmp_path / "kms"
    asked.write_text(f"#!/bin/sh\n{script}\n")
    asked.chmod(0o700)
    with pytest.raises(ConfigurationError, match=words) as raised:
        CommandKeys(str(asked)).read()
    assert MARKER.decode() not in str(raised.value)
    with pytest.raises(ConfigurationError, match="FileNotFoundError"):
        CommandKeys(str(tmp_path / "absent")).read()


@pytest.mark.parametrize("spoil", [lambda sealed: sealed[:-2] + b"AA", lambda sealed: b"", lambda sealed: b"clear"])
def test_what_was_altered_does_not_open(spoil) -> None:
    secrets = Sealing([NEW])
    with pytest.raises(ConfigurationError, match=VARIABLE):
        secrets.open(spoil(secrets.seal(MARKER)))


def test_without_its_key_nothing_opens_and_the_error_holds_no_secret() -> None:
    sealed = Sealing([OLD]).seal(MARKER)
    with pytest.raises(ConfigurationError) as raised:
        Sealing([NEW]).open(sealed)
    for secret in (OLD, NEW, sealed.hex(), MARKER.decode()):
        assert secret not in str(raised.value)


@pytest.mark.parametrize("key", ["short", "ä" * 44, "A" * 44])
def test_what_is_no_key_is_refused_by_its_place(key: str) -> None:
    with pytest.raises(ConfigurationError, match="key number 2") as raised:
        Sealing([NEW, key])
    assert key not in str(raised.value)


def test_the_first_start_makes_a_key_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "state" / "sealing.key"
    keys = read_keys(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["sealing.key"]
    assert read_keys(path, {}) == keys
    Sealing(keys)


def test_the_umask_does_not_open_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_keys(tmp_path / "key", {})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: tuple(read_keys(tmp_path / "key", {})), range(32)))
    assert len(set(found)) == 1


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    assert read_keys(tmp_path / "absent", {VARIABLE: f" {NEW}, {OLD}\n"}) == [NEW, OLD]
    assert not (tmp_path / "absent").exists()


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_file_has_one_key_a_line_and_comments(tmp_path: Path) -> None:
    text = f"# since 2027\n{NEW}\n\n{OLD}  # until 2027\n"
    assert read_keys(key_file(tmp_path / "key", text), {}) == [NEW, OLD]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "key", NEW, mode)
    with pytest.raises(ConfigurationError) as raised:
        read_keys(path, {})
    assert f"chmod 600 {path}" in str(raised.value)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n"])
def test_an_empty_file_is_not_filled_again(tmp_path: Path, text: str) -> None:
    path = key_file(tmp_path / "key", text)
    with pytest.raises(ConfigurationError, match="has no key"):
        read_keys(path, {})
    assert path.read_text() == text


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_keys(tmp_path, {})


def test_without_file_and_variable_the_error_says_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match=VARIABLE):
        read_keys(None, {VARIABLE: "  "})
