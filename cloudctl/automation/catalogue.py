"""The playbooks' catalogue: `playbooks/catalogue.yaml` and each role's `meta/argument_specs.yml`, read as one.

It is read again when a file of the tree has changed since.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cloudctl.automation.directories import digest_of
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.playbooks import Approval, Argument, Playbook, Repeat

FILE = "catalogue.yaml"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A playbook's entry."""

    summary: dict[str, str]
    changes: bool
    repeat: Repeat
    approval: Approval
    timeout_minutes: int
    owner: str


class Catalogue:
    """The playbooks of one tree. Safe from several threads."""

    def __init__(self, directory: Path, blueprints: Sequence[Path] = ()) -> None:
        self._directory, self._blueprints = directory, blueprints
        self._lock = threading.Lock()
        self._state: object = None
        self._found: dict[str, Playbook] = {}

    def playbooks(self) -> Mapping[str, Playbook]:
        """By name; raises ConfigurationError naming the file that is wrong. No tree: none."""
        with self._lock:
            state = tuple(map(_state, (self._directory, *self._blueprints)))
            if state != self._state:
                self._found = self._read()
                self._state = state
            return self._found

    def _read(self) -> dict[str, Playbook]:
        path = self._directory / FILE
        if not path.is_file():
            return {}
        digest = digest_of(self._directory, self._blueprints)
        listed = (_yaml(path) or {}).get("playbooks") or {}
        return {name: self._playbook(name, entry, digest) for name, entry in sorted(listed.items())}

    def _playbook(self, name: str, entry: Any, digest: str) -> Playbook:
        try:
            found = msgspec.convert(entry, Entry)
        except msgspec.ValidationError as error:
            raise _wrong(self._directory / FILE, f"{name}: {error}") from None
        path = self._directory / "roles" / name / "meta" / "argument_specs.yml"
        declared = (_yaml(path) if path.is_file() else None) or {}
        try:
            options = declared.get("argument_specs", {}).get("main", {}).get("options") or {}
            arguments = tuple(_argument(option, spec or {}) for option, spec in options.items())
        except (AttributeError, TypeError) as error:
            raise _wrong(path, str(error)) from None
        summary = {_locale(language): words for language, words in found.summary.items()}
        fields = {field: getattr(found, field) for field in Entry.__struct_fields__ if field != "summary"}
        return Playbook(name=name, summary=summary, arguments=arguments, digest=digest, **fields)


def _argument(name: str, spec: Mapping[str, Any]) -> Argument:
    words = spec.get("description") or ""
    return Argument(
        name=name,
        type=str(spec.get("type", "str")),
        summary=" ".join(words) if isinstance(words, list) else str(words),
        required=bool(spec.get("required", False)),
        default=spec.get("default"),
        choices=tuple(spec.get("choices") or ()),
        elements=spec.get("elements"),
        secret=bool(spec.get("no_log", False)),
        options=tuple(_argument(option, part or {}) for option, part in (spec.get("options") or {}).items()),
    )


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _wrong(path, str(error)) from error


def _wrong(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError("{path} cannot be used: {problem}", path=str(path), problem=problem)


def _locale(language: str) -> str:
    return {"zh": "zh_CN"}.get(language, language)


def _state(tree: Path) -> tuple[int, int]:
    """How many files there are, and when one was last written."""
    count, latest = 0, 0
    waiting = [str(tree)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                waiting.append(entry.path)
            written = entry.stat().st_mtime_ns
            count, latest = count + 1, max(latest, written)
    return count, latest
