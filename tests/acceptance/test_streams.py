"""500 open event streams: the lists stay usable. The ratio is measured and told; docs/performance.md keeps it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.streams import ROUNDS, STREAMS, demonstration, measure


@pytest.mark.timeout(600)
def test_lists_beside_500_open_streams(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    with demonstration(tmp_path) as city:
        figures = measure(city)
    record_property("figure", str(figures))
    print(figures)
    assert figures.streams == STREAMS
    assert figures.lines >= ROUNDS * STREAMS // len(city.orders)
