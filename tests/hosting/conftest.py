"""Two hosts for all tests of this folder, and the playbooks that are played on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosting.stage import Stage
from tests.lab.hosts import needs, temporary


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The hosts and what is played on them."""
    folder: Path = tmp_path_factory.mktemp("stage")
    with temporary(2) as hosts:
        hosts.fetch(*needs.blueprints())
        yield Stage(hosts, folder)


@pytest.fixture(scope="session")
def names(stage: Stage) -> list[str]:
    """The names of the hosts."""
    return list(stage.hosts)
