"""Hosts for the tests of the lab: a module's own, gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.hosts import HostSet, temporary


@pytest.fixture(scope="module")
def hosts() -> Iterator[HostSet]:
    """Two hosts with a package mirror."""
    with temporary(2) as hosts:
        yield hosts
