"""`pytest tests/crash` crashes at every step's boundary of one order; `--matrix full` everywhere, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.stages import Stages
from tests.lab.postgres import PostgresServer

FULL_ONLY = ["test_matrix.py", "test_fleet.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", choices=["boundaries", "full"], default="boundaries", help="how much is crashed")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    full = config.getoption("--matrix", "boundaries") == "full"
    return True if collection_path.name in FULL_ONLY and not full else None


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, server: PostgresServer) -> Stages:
    return Stages(tmp_path_factory.mktemp("postgresql"), server)
