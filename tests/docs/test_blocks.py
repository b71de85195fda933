"""Blocks of data are well formed, and nothing in the pages names a language that nobody checks."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.markdown import DOCS, ROOT, Block, blocks

PARSERS: dict[str, Callable[[str], Any]] = {"yaml": yaml.safe_load, "json": json.loads, "toml": tomllib.loads}
LANGUAGES = {*PARSERS, "console", "sh", "sql", "cel", "mermaid", "text"}
PAGES = sorted(path for path in DOCS.rglob("*.md") if "decisions" not in path.parts)
DATA = [
    pytest.param(block, id=f"{path.relative_to(DOCS)}:{block.line}")
    for path in PAGES
    for block in blocks(path.read_text(encoding="utf-8"))
    if block.language in PARSERS
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_languages_are_known(path: Path) -> None:
    assert {block.language for block in blocks(path.read_text(encoding="utf-8"))} <= LANGUAGES


@pytest.mark.parametrize("block", DATA)
def test_data_can_be_read(block: Block) -> None:
    assert PARSERS[block.language](block.text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_pages_name_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert str(Path.home() / "") not in text
