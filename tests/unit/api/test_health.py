from __future__ import annotations

import pytest

from tests.unit.api.conftest import City


def test_probes(city: City) -> None:
    assert city.client.using(None).get("/healthz").json() == {"status": "ok", "checks": {}}
    ready = city.client.using(None).get("/readyz")
    assert (ready.status, ready.json()) == (200, {"status": "ok", "checks": {"database": "ok", "engine": "ok"}})


def test_not_ready_names_the_part_and_nothing_else(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise OSError("secret-host:5432 refused")

    monkeypatch.setattr(type(city.installation.context.queries), "check", broken)
    answer = city.client.get("/readyz")
    assert (answer.status, answer.json()["checks"]) == (503, {"database": "failed", "engine": "ok"})
    assert b"secret-host" not in answer.body


def test_metrics_count_by_route_and_tell_the_platforms_figures(city: City) -> None:
    order = city.order()
    city.as_("officer").get(f"/v1/orders/{order['id']}")
    city.client.get("/no/such/path")
    page = city.client.get("/metrics")
    text = page.body.decode()
    assert page.headers["content-type"].startswith("text/plain")
    assert 'cloudctl_http_requests_total{method="GET",route="/v1/orders/{order_id}",status="200"}' in text
    assert 'cloudctl_http_requests_total{method="GET",route="unmatched",status="404"}' in text
    assert 'cloudctl_http_request_seconds_bucket{le="0.1",method="GET",route="/v1/orders/{order_id}"}' in text
    assert 'cloudctl_orders{state="draft"}' in text
    assert "cloudctl_build_info{" in text
    assert order["id"] not in text
