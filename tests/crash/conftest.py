"""`pytest tests/crash` crashes at every step's boundary of one order; `--matrix full` everywhere, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.clouds import CloudKind
from tests.crash.stages import Stages
from tests.lab.postgres import PostgresServer

OF_MATRIX = {
    "test_boundaries.py": "boundaries",
    "test_vcenter.py": "boundaries",
    "test_runs.py": "boundaries",
    "test_matrix.py": "full",
    "test_vcenter_matrix.py": "full",
    "test_fleet.py": "full",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", choices=["boundaries", "full"], default="boundaries", help="how much is crashed")
    parser.addoption("--most-calls", type=int, default=4, help="inside a step; 0 for every one")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What does not belong to the matrix that was asked for is not collected, rather than skipped."""
    matrix = config.getoption("--matrix", "boundaries")
    return True if OF_MATRIX.get(collection_path.name, matrix) != matrix else None


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def vcenters(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """Cities whose first cloud is a vCenter, on SQLite."""
    return Stages(tmp_path_factory.mktemp("vcenters"), None, first=CloudKind.VSPHERE)


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, server: PostgresServer) -> Stages:
    return Stages(tmp_path_factory.mktemp("postgresql"), server)
