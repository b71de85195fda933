from __future__ import annotations

from tests.unit.api.conftest import City


def test_a_request_id_comes_back_and_a_bad_one_is_replaced(city: City) -> None:
    assert city.client.get("/healthz", x_request_id="trace-1").headers["x-request-id"] == "trace-1"
    assert city.client.get("/healthz", x_request_id="a b").headers["x-request-id"] != "a b"
