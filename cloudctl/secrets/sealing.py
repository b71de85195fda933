"""Sealing under the installation's keys (`ports.secrets.Secrets`): Fernet, authenticated, AES-128-CBC with HMAC-SHA256.

The first key seals, every key opens: a key is rotated by putting a new one in front and keeping the old one.

    secrets = Sealing(read_keys(Path("/etc/cloudctl/sealing.key"), os.environ))

A key file has one key a line, `#` begins a comment; it belongs to its owner alone (0600) and is made at first start.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from cloudctl.domain.errors import ConfigurationError

VARIABLE = "CLOUDCTL_SEALING_KEYS"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Sealing:
    """Seals with the first key, opens with any. Raises ConfigurationError for what is not a key."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([_fernet(key, place) for place, key in enumerate(keys, start=1)])

    def seal(self, clear: bytes) -> bytes:
        """The sealed form; differs at each call."""
        return self._fernet.encrypt(clear)

    def open(self, sealed: bytes) -> bytes:
        """The clear bytes; raises ConfigurationError when no configured key fits."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise ConfigurationError(
                "A sealed value cannot be opened: it is damaged, or its key is not among the configured ones. "
                "Put the key that sealed it back, after the current one (the key file, or {variable}).",
                variable=VARIABLE,
            ) from error


def read_keys(path: Path | None, environ: Mapping[str, str]) -> list[str]:
    """The keys, from the variable CLOUDCTL_SEALING_KEYS (separated by blanks or commas), else from the file `path`.

    A file that does not exist is made with a new key. Raises ConfigurationError when there is no key, or when others
    than the file's owner may read it.
    """
    given = re.findall(r"[^\s,]+", environ.get(VARIABLE, ""))
    if given:
        return given
    if path is None:
        raise ConfigurationError(
            "There is no sealing key. Set the key file in the configuration, or {variable} in the environment.",
            variable=VARIABLE,
        )
    if not path.exists():
        _make(path)
    return _keys_of(path)


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise ConfigurationError(
            "Sealing key number {place} is not a key: 32 bytes in URL-safe base64 are needed. "
            "To have one made, name a key file that does not exist yet.",
            place=place,
        ) from error


def _make(path: Path) -> None:
    """A new key file. It appears complete or not at all, and of two processes that start at once one makes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=".sealing-") as draft:  # 0600 from its making
        draft.write(Fernet.generate_key() + b"\n")
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return


def _keys_of(path: Path) -> list[str]:
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OTHERS:
                raise ConfigurationError(
                    "The key file {path} can be read by others. Run: chmod 600 {path}", path=str(path)
                )
            lines = [line.partition("#")[0].strip() for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "The key file {path} cannot be read: {problem}. Give it to the account that cloudctl runs as, mode 600.",
            path=str(path),
            problem=type(error).__name__,
        ) from error
    keys = [line for line in lines if line]
    if not keys:
        raise ConfigurationError(
            "The key file {path} has no key. Put the installation's key back; only if nothing was ever sealed, "
            "remove the file and a new one is made.",
            path=str(path),
        )
    return keys
