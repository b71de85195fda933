"""Contexts: the servers that a person is logged in to, kept with their tokens in one file that only they can read.

    save("city", Target(url="https://cloud.example.org", token=secret))
    current(None)      # the context in use; CLOUDCTL_URL and CLOUDCTL_TOKEN go before the file

The file is `$XDG_CONFIG_HOME/cloudctl/contexts.json`, mode 0600.
"""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

DEFAULT_NAME = "default"
PRINCIPAL = "cloudctl.principal"  # where the root command keeps whom --act-for names


class Target(NamedTuple):
    """A server and the token to show it. `ca_file` names an authority beside the system's own."""

    url: str
    token: str
    ca_file: str | None = None


def path() -> str:
    """Where the contexts are kept."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - imports no pathlib
    return os.path.join(home, "cloudctl", "contexts.json")  # noqa: PTH118


def current(name: str | None) -> Target:
    """The target of the context `name`, or of the one in use; the environment goes before the file.

    Raises Failure with the command that logs in when there is none.
    """
    token = os.environ.get("CLOUDCTL_TOKEN")
    if name is None and (url := os.environ.get("CLOUDCTL_URL")):
        return Target(url, token or "")  # a kept token goes to its own server only
    kept = read()
    target = targets(kept).get(name or kept["current"])
    if target is None:
        raise no_such(name) if name else not_logged_in()
    return target._replace(token=token) if token and name is None else target


def read() -> dict[str, Any]:
    """`{"current": name, "contexts": {name: {"url", "token", "ca_file"}}}`; empty when nobody has logged in yet.

    Raises Failure when others may read the file.
    """
    try:
        with open(path(), encoding="utf-8") as file:  # noqa: PTH123
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Failure(
                    _("{path} holds tokens and others may read it.\n  Run: chmod 600 {path}").format(path=path()),
                    Exit.FORBIDDEN,
                )
            kept: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        return {"current": DEFAULT_NAME, "contexts": {}}
    except ValueError:
        raise Failure(
            _("{path} cannot be read.\n  Remove it and log in again.").format(path=path()), Exit.USAGE
        ) from None
    return kept


def targets(kept: dict[str, Any]) -> dict[str, Target]:
    """The targets of a file's content, by their names."""
    return {name: Target(**fields) for name, fields in kept["contexts"].items()}


def save(name: str, target: Target) -> None:
    """Keeps a target under a name and puts it in use."""
    kept = read()
    kept["contexts"][name] = target._asdict()
    _write({**kept, "current": name})


def use(name: str) -> None:
    """Puts a kept context in use."""
    kept = read()
    if name not in kept["contexts"]:
        raise no_such(name)
    _write({**kept, "current": name})


def forget(name: str | None) -> str:
    """Drops a context, the one in use by default; answers its name."""
    kept = read()
    name = name or str(kept["current"])
    if kept["contexts"].pop(name, None) is None:
        raise no_such(name)
    if kept["current"] == name:
        kept["current"] = next(iter(kept["contexts"]), DEFAULT_NAME)
    _write(kept)
    return name


def not_logged_in() -> Failure:
    """Nothing says which server to ask."""
    return Failure(_("You are not logged in.\n  Run: cloudctl login"), Exit.FORBIDDEN)


def no_such(name: str) -> Failure:
    """There is no such context."""
    return Failure(_("There is no context {name}.\n  See: cloudctl contexts list").format(name=name), Exit.NOT_FOUND)


def _write(kept: dict[str, Any]) -> None:
    """Replaces the file in one step; it is never readable by others, not even for a moment."""
    final = path()
    os.makedirs(os.path.dirname(final), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
    draft = f"{final}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False, indent=2)
    os.replace(draft, final)  # noqa: PTH105
