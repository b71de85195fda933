"""The playbooks as files, and the modules that they send to hosts as Python."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

PLAYBOOKS = Path(__file__).parents[3] / "playbooks"
ROLES = PLAYBOOKS / "roles"
MINE = (
    "baseline_host", "patch_hosts", "quarantine_host", "release_host", "decommission_host", "collect_evidence",
    "migrate_system",
)  # fmt: skip


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def module(role: str, name: str) -> ModuleType:
    """A module of a role, or of all of them (no role)."""
    folder = ROLES / role if role else PLAYBOOKS
    spec = importlib.util.spec_from_file_location(name, folder / "library" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def items() -> list[dict[str, Any]]:
    files = sorted((ROLES / "hardening" / "vars" / "main").glob("*.yml"))
    return [item for file in files for name, value in read(file).items() if name.endswith("_items") for item in value]
