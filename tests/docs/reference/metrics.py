"""What `/metrics` shows, read off a page of a fresh installation."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client.parser import text_string_to_metric_families

from api.metrics import Metrics
from cloudctl.domain.drift import DriftKind
from cloudctl.domain.inventory import ObjectKind, ObjectState
from cloudctl.domain.machines import Machine
from cloudctl.persistence.queries import gauges
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
`GET /metrics` in the Prometheus text format, without a token; keep it inside by the reverse proxy. The first table is
counted by each process for itself, so add the processes up. The second is read from the database at each scrape, so it
is the same at every process: scrape one, or take the maximum."""

WATCH = """\
## What to watch

| expression | means |
|---|---|
| `cloudctl_orders{state="attention"} > 0` | an order waits for an operator |
| `cloudctl_drift_findings{kind="leaked"} > 0` | a failed order left something behind |
| `cloudctl_sync_age_seconds > 7200` | a cloud was not read to its end for two hours |
| `cloudctl_notices_due > 50` | mail is not going out |
| `cloudctl_notices{state="failed"} > 0` | mail was given up |
| `cloudctl_channel_failing_seconds > 3600` | a channel of notices has failed for an hour |
| `rate(cloudctl_http_requests_total{status=~"5.."}[5m]) > 0` | the platform or a cloud fails |
| `histogram_quantile(0.95, sum by (le) (rate(cloudctl_http_request_seconds_bucket[5m]))) > 1` | answers are slow |"""

MACHINES: dict[str, Machine] = gauges.NOUNS


def render() -> str:
    """The families of the process, those of the record, and what to watch."""
    own = [family for family in _families() if not family.name.endswith("_created")]
    return page(
        "Metrics",
        INTRODUCTION,
        "## Of each process",
        table(("name", "type", "labels", "meaning"), (_row(family) for family in own)),
        "## On record",
        table(("name", "labels", "meaning"), _record_rows()),
        WATCH,
    )


def _families() -> list[Any]:
    figures = SimpleNamespace(queries=SimpleNamespace(gauges=lambda _now: {}), clock=SimpleNamespace(now=lambda: None))
    metrics = Metrics(cast("Any", figures))
    metrics.observe("GET", "/v1/orders", 200, 0.01)
    return list(text_string_to_metric_families(metrics.page().decode()))


def _row(family: Any) -> tuple[str, str, str, str]:
    labels: dict[str, None] = {}
    for sample in family.samples:
        labels |= dict.fromkeys(name for name in sample.labels if name != "le")
    suffix = "_total" if family.type == "counter" else ""
    return code(family.name + suffix), family.type, " ".join(code(label) for label in labels), family.documentation


def _record_rows() -> list[tuple[str, str, str]]:
    by_states: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for noun, machine in MACHINES.items():
        by_states[tuple(machine.states)].append(noun)
    rows = [
        (
            ", ".join(code(f"cloudctl_{noun}") for noun in nouns),
            f"`state`: {', '.join(states)}",
            "How many there are in each state; 0 is shown.",
        )
        for states, nouns in by_states.items()
    ]
    return [
        *rows,
        (code("cloudctl_notices_due"), "", "Notices whose time to be sent has come."),
        (code("cloudctl_channel_failing_seconds"), "`channel`", "For how long nothing goes through; 0 is well."),
        (
            code("cloudctl_inventory_objects"),
            f"`cloud`, `kind`: {', '.join(ObjectKind)}, `state`: {', '.join(ObjectState)}",
            "What the clouds have; 0 is shown.",
        ),
        (code("cloudctl_sync_age_seconds"), "`cloud`", "How long ago a cloud was last read from end to end."),
        (code("cloudctl_drift_findings"), f"`kind`: {', '.join(DriftKind)}", "Findings that wait or are acted on."),
    ]
