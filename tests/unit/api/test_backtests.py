"""A back-test over HTTP."""

from __future__ import annotations

from tests.unit.api.conftest import City


def test_a_policy_is_replayed_for_the_office_alone(city: City) -> None:
    told = city.as_("admin").get("/v1/zombies/backtest?policy=default&since=2026-01-01").json()
    assert (told["policy"], told["since"], told["cases"], told["departments"]) == ("default", "2026-01-01", [], [])
    assert told["asked"] == told["switched_off"] == 0
    assert city.as_("officer").get("/v1/zombies/backtest").status == 403
    refused = city.as_("admin").get("/v1/zombies/backtest?policy=mild")
    assert (refused.status, refused.json()["field"]) == (422, "policy")
    assert city.as_("admin").get("/v1/zombies/backtest?since=soon").status == 422
    assert city.as_("admin").get("/v1/zombies/backtest?since=2999-01-01").json()["field"] == "since"
