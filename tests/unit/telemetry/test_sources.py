"""The Prometheus servers that are set become sources, or the setting is refused by its name."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.metrics import Metric
from cloudctl.policy.registry import shipped
from cloudctl.policy.series import load
from cloudctl.settings import Prometheus, SettingsError
from cloudctl.settings import load as settings
from cloudctl.telemetry.sources import Sources, prometheuses
from tests.contract.clocks import MovableClock

URL = "CLOUDCTL_TELEMETRY__PROMETHEUS__CITY__URL"


def made(**told: Prometheus):
    return prometheuses(told, load(shipped()), MovableClock())


def test_a_source_has_the_name_the_clouds_and_the_metrics_that_are_set():
    one = Prometheus(url="https://prometheus.example.org/", sets=("libvirt",), clouds=("a",), step_s=600)
    (source,) = Sources(made(city=one)).all()
    assert (source.name, source.kind, source.clouds, source.interval_s) == (
        "prometheus:city", "prometheus", ("a",), 600,
    )  # fmt: skip
    assert Metric.LOGINS not in source.metrics
    (other,) = made(city=Prometheus(url="http://127.0.0.1:9090"))
    assert other.clouds is None
    assert other.metrics == frozenset(Metric)


@pytest.mark.parametrize("sets", [("libvirt", "mine"), ()])
def test_sets_that_there_are_not_are_named(sets):
    with pytest.raises(ConfigurationError, match=r"telemetry\.prometheus\.city\.sets.*libvirt"):
        made(city=Prometheus(url="http://127.0.0.1:9090", sets=sets))


def test_a_prometheus_is_set_by_variables():
    told = settings({URL: "http://127.0.0.1:9090", URL.replace("URL", "STEP_S"): "900"}).telemetry
    assert told.prometheus == {"city": Prometheus(url="http://127.0.0.1:9090", step_s=900)}


@pytest.mark.parametrize(
    ("name", "value"), [("STEP_S", "0"), ("TIMEOUT_S", "-1"), ("SCRAPE_S", "often"), ("PORT", "9090")]
)
def test_what_cannot_be_set_is_refused(name, value):
    with pytest.raises(SettingsError, match="telemetry"):
        settings({URL: "http://127.0.0.1:9090", URL.replace("URL", name): value})
