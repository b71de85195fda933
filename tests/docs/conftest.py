"""The city that the guides are played in, made once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.surroundings import made_city


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """Its data directory and its people's tokens."""
    return made_city(tmp_path_factory.mktemp("city") / "demo")
