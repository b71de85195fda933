"""The story end to end. The lab's OpenStack is started when it is not up; PostgreSQL is thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.mailbox import Mailbox, serving
from tests.e2e.openstack import Cloud
from tests.lab.openstack import Lab, ensure_up

LONGEST = ("test_hosting.py", "test_zombies.py")
"""They begin first: where two processes share the files, nothing long is left for the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def lab() -> Lab:
    return ensure_up()


@pytest.fixture(scope="module")
def cloud(lab: Lab) -> Iterator[Cloud]:
    with Cloud(lab) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with serving() as mailbox:
        yield mailbox
