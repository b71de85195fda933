"""Where master keys come from (`ports.keys.Keys`): the environment, a file, or a program that asks a KMS.

    choose(Path("/etc/cloudctl/secret.keys"), "", os.environ).read()

A key file has one key a line, `#` begins a comment; it belongs to its owner alone (0600) and is made at first start.
A program writes the same to its standard output: the client of a key management system that unwraps the keys, so that
they lie on no disk of the server.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from cloudctl.domain.errors import ConfigurationError
from cloudctl.ports.keys import Keys

VARIABLE = "CLOUDCTL_SEALING_KEYS"
PROGRAM_WITHIN_S = 30.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def choose(path: Path | None, command: str, environ: Mapping[str, str]) -> Keys:
    """The variable CLOUDCTL_SEALING_KEYS goes first, then the program, then the file."""
    if command and not environ.get(VARIABLE, "").strip():
        return CommandKeys(command)
    return FileKeys(path, environ)


@dataclass(frozen=True, slots=True)
class FileKeys:
    """The environment's keys, else those of a file."""

    path: Path | None
    environ: Mapping[str, str]

    def read(self) -> list[str]:
        """The keys; a file that does not exist is made with a new one."""
        return read_keys(self.path, self.environ)


@dataclass(frozen=True, slots=True)
class CommandKeys:
    """The keys that a program writes to its standard output; it is run without a shell."""

    command: str

    def read(self) -> list[str]:
        """The keys; raises ConfigurationError when the program fails, with its exit status and never its output."""
        program = shlex.split(self.command)
        try:
            done = subprocess.run(program, capture_output=True, timeout=PROGRAM_WITHIN_S, check=True)  # noqa: S603
            keys = _listed(done.stdout.decode("ascii").splitlines())
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            status = getattr(error, "returncode", None)
            raise ConfigurationError(
                "The program {program} gave no sealing keys: {problem}. Run it by hand as the account of cloudctl.",
                program=program[0] if program else "-",
                problem=type(error).__name__ if status is None else f"exit {status}",
            ) from None
        if not keys:
            raise ConfigurationError(
                "The program {program} gave no sealing keys: {problem}. Run it by hand as the account of cloudctl.",
                program=program[0],
                problem="-",
            )
        return keys


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


def _make(path: Path) -> None:
    """A new key file. It appears complete or not at all, and of two processes that start at once one makes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=path.parent, prefix=".sealing-") as draft:  # 0600 from its making
        draft.write(urlsafe_b64encode(os.urandom(32)) + b"\n")
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
            keys = _listed(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "The key file {path} cannot be read: {problem}. Give it to the account that cloudctl runs as, mode 600.",
            path=str(path),
            problem=type(error).__name__,
        ) from error
    if not keys:
        raise ConfigurationError(
            "The key file {path} has no key. Put the installation's key back; only if nothing was ever sealed, "
            "remove the file and a new one is made.",
            path=str(path),
        )
    return keys


def _listed(lines: Iterable[str]) -> list[str]:
    return [key for line in lines if (key := line.partition("#")[0].strip())]
