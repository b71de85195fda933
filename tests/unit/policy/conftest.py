from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.policy.evaluation import RuleBook
from cloudctl.policy.facts import completed
from cloudctl.policy.registry import Registry, load, shipped

RULE: dict[str, Any] = {
    "name": "too-many",
    "version": 3,
    "title": {"zh_CN": "过多", "en": "Too many"},
    "when": "totals.servers > 5",
    "effect": "deny",
    "field": "items",
    "params": {"count": "totals.servers"},
    "reason": {"zh_CN": "{count}台过多", "en": "{count} are too many"},
    "way_out": {"zh_CN": "减少", "en": "Ask for less"},
    "exemptable": True,
    "basis": "test",
    "cases": [
        {"name": "six", "facts": {"totals": {"servers": 6}}, "speaks": True, "reason": {"en": "6 are too many"}},
        {"name": "five", "facts": {"totals": {"servers": 5}}, "speaks": False},
    ],
}


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load(shipped())


@pytest.fixture
def facts(registry: Registry) -> Callable[..., dict[str, Any]]:
    """Full facts: what is given, laid over the base document."""
    return lambda **changes: completed(registry.base, changes)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes rules, each a change of RULE, into a directory of policies; answers the directory."""
    (tmp_path / "orders").mkdir()
    shutil.copy(shipped() / "facts.yaml", tmp_path)

    def written(*changes: dict[str, Any], leave_out: str = "") -> Path:
        for change in changes or ({},):
            rule = {key: value for key, value in (RULE | change).items() if key != leave_out and value is not None}
            path = tmp_path / "orders" / f"{rule.get('name', RULE['name'])}.yaml"
            path.write_text(yaml.safe_dump(rule, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return written


@pytest.fixture
def rules(write: Callable[..., Path]) -> Callable[..., RuleBook]:
    return lambda *changes: RuleBook(load(write(*changes)))
