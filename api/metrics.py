"""Prometheus metrics of one process: requests by route, open streams, and the platform's own figures on each scrape.

A request is timed up to the head of its answer, so that a stream that stays open does not count as a slow request.
Labels are route templates, never paths: their number is bounded by the routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import cloudctl
from cloudctl.ports.context import Context

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class _Series(NamedTuple):
    requests: Counter
    seconds: Histogram


class Figures(Collector):
    """The platform's figures (`Queries.gauges`), read when somebody asks for the page."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def collect(self) -> Iterator[Metric]:
        """One family a figure; a name may carry labels as `cloudctl_orders{state="draft"}`."""
        families: dict[str, GaugeMetricFamily] = {}
        for name, value in sorted(self._ctx.queries.gauges(self._ctx.clock.now()).items()):
            base, labels = _split(name)
            if base not in families:
                families[base] = GaugeMetricFamily(base, "On record.", labels=list(labels))
            families[base].add_metric(list(labels.values()), value)
        yield from families.values()

    def describe(self) -> list[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []


class Metrics:
    """The registry of one application."""

    def __init__(self, ctx: Context) -> None:
        self.registry = CollectorRegistry()
        self.streams = Gauge("cloudctl_streams_open", "Open event streams.", registry=self.registry)
        build = Gauge("cloudctl_build_info", "The running version.", ["version"], registry=self.registry)
        build.labels(cloudctl.__version__).set(1)
        self._requests = Counter(
            "cloudctl_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "cloudctl_http_request_seconds",
            "Time to the head of the answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._series: dict[tuple[str, str, int], _Series] = {}
        self.registry.register(Figures(ctx))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answer."""
        key = (method if method in METHODS else "other", route, status)
        series = self._series.get(key)
        if series is None:
            series = _Series(self._requests.labels(key[0], route, str(status)), self._seconds.labels(key[0], route))
            self._series[key] = series
        series.requests.inc()
        series.seconds.observe(seconds)

    def page(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)


def _split(name: str) -> tuple[str, dict[str, str]]:
    """`cloudctl_orders{state="draft"}` as ("cloudctl_orders", {"state": "draft"})."""
    base, _, rest = name.partition("{")
    pairs = (pair.partition("=") for pair in rest.removesuffix("}").split(",") if pair)
    return base, {key.strip(): value.strip().strip('"') for key, _, value in pairs}
