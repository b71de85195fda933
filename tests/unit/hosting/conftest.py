"""The shipped blueprints, and copies of one to spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.blueprints import Catalogue
from cloudctl.hosting.catalogue import load, shipped

Spoil = Callable[[Callable[[dict[str, Any]], object]], Path]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load(shipped())


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoil:
    """A directory with a copy of the department's site, changed by a function of its document."""

    def spoil(change: Callable[[dict[str, Any]], object]) -> Path:
        folder = tmp_path / "blueprints" / "department-site"
        if not folder.exists():
            shutil.copytree(shipped() / "department-site", folder)
        file = folder / "blueprint.yaml"
        document = yaml.safe_load(file.read_text("utf-8"))
        change(document)
        file.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
        return folder.parent

    return spoil
