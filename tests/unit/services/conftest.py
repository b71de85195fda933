"""One city a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Installed, installation


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Installed]:
    with installation(tmp_path) as made:
        yield made
