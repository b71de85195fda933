"""One installation for all tests of a module; each gets a department of its own in it, and a cloud without faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Installed, installation
from tests.unit.services.outside import Outside


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("services")) as made:
        yield made


@pytest.fixture
def city(installed: Installed) -> Iterator[Installed]:
    yield installed.apart()
    installed.cloud.clear_faults()


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """A city of its own for each test: a cloud shows whatever anybody left in it."""
    with installation(tmp_path) as made:
        yield Outside(made)
