"""One installation for all tests of a module; each gets a department of its own in it, and a cloud without faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import Installed, installation
from tests.lab.postgres import PostgresServer


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture
def city(installed: Installed) -> Iterator[Installed]:
    yield installed.apart()
    installed.cloud.clear_faults()


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for a module's tests."""
    with PostgresServer() as server:
        yield server
