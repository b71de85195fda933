from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.netbox.replay import Replay, replaying


@pytest.fixture
def netbox() -> Iterator[Replay]:
    with replaying() as replay:
        yield replay
