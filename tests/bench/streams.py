"""500 open event streams: the list's 95th percentile with them against without, rounds interleaved."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance import streams
from tests.bench.measures import Goal, Measure


def measure() -> list[Measure]:
    """One ratio."""
    with TemporaryDirectory() as home, streams.demonstration(Path(home)) as city:
        figures = streams.measure(city)
    return [Measure("list p95 beside 500 streams", "list p95 alone", figures.ratio, Goal("<=", 2), str(figures))]
