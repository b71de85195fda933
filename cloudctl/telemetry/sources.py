"""The sources of telemetry of an installation: implements ports.metrics.MetricSources.

sources = Sources(prometheuses(settings.telemetry, sets, clock), of_clouds(...))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy.series import SeriesSet
from cloudctl.ports.clock import Clock
from cloudctl.ports.metrics import Metrics
from cloudctl.settings import Prometheus
from cloudctl.telemetry.prometheus import PrometheusSource
from cloudctl.telemetry.promql import Access, PromClient


class Sources:
    """Those that are set, and those that there are at the moment, by name."""

    def __init__(self, sources: Sequence[Metrics] = (), also: Callable[[], Iterable[Metrics]] = tuple) -> None:
        self._sources = tuple(sources)
        self._also = also

    def all(self) -> Sequence[Metrics]:
        return sorted([*self._sources, *self._also()], key=lambda source: source.name)


def prometheuses(
    configured: Mapping[str, Prometheus], sets: Mapping[str, SeriesSet], clock: Clock
) -> list[PrometheusSource]:
    """The Prometheus servers that are set; raises ConfigurationError for one that cannot be asked as it is set."""
    return [_prometheus(name, each, sets, clock) for name, each in configured.items()]


def _prometheus(name: str, told: Prometheus, sets: Mapping[str, SeriesSet], clock: Clock) -> PrometheusSource:
    unknown = [each for each in told.sets if each not in sets]
    if unknown or not told.sets:
        raise ConfigurationError(
            "telemetry.prometheus.{name}.sets: there is no set {unknown} of queries; there are {known}.",
            name=name,
            unknown=", ".join(unknown) or "-",
            known=", ".join(sets),
        )
    access = Access(
        url=told.url,
        user=told.user,
        password=told.password,
        token=told.token,
        ca_file=told.ca_file,
        verify=told.verify,
        timeout_s=told.timeout_s,
    )
    full_name = f"{PrometheusSource.kind}:{name}"
    return PrometheusSource(
        full_name,
        PromClient(full_name, access, clock),
        [sets[each] for each in told.sets],
        clock,
        step_s=told.step_s,
        scrape_s=told.scrape_s,
        clouds=told.clouds or None,
    )
