"""Examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT


def modules() -> list[str]:
    """Every module whose text has an example."""
    files = sorted(path for package in ("cloudctl", "api") for path in (ROOT / package).rglob("*.py"))
    return [_name(path) for path in files if "\n>>> " in path.read_text(encoding="utf-8").replace("    >>> ", ">>> ")]


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("name", modules())
def test_examples(name: str) -> None:
    module = import_module(name)
    found = doctest.testmod(module, extraglobs=_used_in_examples(name))
    assert found.attempted > 0
    assert found.failed == 0


def _used_in_examples(name: str) -> dict[str, object]:
    """Names that an example uses and its module does not import."""
    rows = import_module("cloudctl.ports.queries.rows")
    return {"DepartmentRow": rows.DepartmentRow} if name == "api.examples" else {}
