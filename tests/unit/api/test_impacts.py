"""Impact as the API shows it: to the office, with the way out for a name that is none."""

from __future__ import annotations

from tests.unit.api.conftest import City


def test_an_unknown_name_is_told_as_such(city: City) -> None:
    answer = city.as_("auditor").get("/v1/impact/host/nowhere")
    assert (answer.status, answer.json()["field"]) == (404, "name")
    assert "cloudctl inventory list" in answer.json()["way_out"]
    assert city.as_("auditor").get("/v1/impact/planet/earth").status in {404, 422}


def test_it_is_the_office_s_to_see(city: City) -> None:
    assert city.as_("officer").get("/v1/impact/cloud/sim").status == 403
