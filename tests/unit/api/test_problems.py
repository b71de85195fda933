from __future__ import annotations

import pytest

from api.problems import KINDS, ApiError, FieldsInvalid, all_codes, problem_of, respond
from cloudctl.domain import errors
from cloudctl.messages import translator
from tests.unit.api.conftest import City


def test_every_error_of_the_tree_has_a_kind_with_its_own_status() -> None:
    assert set(all_codes()) <= set(KINDS)
    for kind in (errors.UserError, *errors.UserError.__subclasses__(), *errors.Conflict.__subclasses__()):
        if kind not in {ApiError, FieldsInvalid}:
            assert KINDS[kind.code].status == kind.status, kind


def test_every_kind_has_a_page_in_both_languages(city: City) -> None:
    for code, kind in KINDS.items():
        page = city.client.get(f"/problems/{code}")
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html")
        assert kind.title in page.body.decode()
        assert translator("zh_CN")(kind.title) in page.body.decode()


def test_an_unknown_kind_has_no_page(city: City) -> None:
    answer = city.client.get("/problems/<script>")
    assert (answer.status, answer.json()["code"]) == (404, "not-found")


def test_a_problem_has_every_member(city: City) -> None:
    answer = city.as_("officer").post("/v1/orders", city.form(zone="nowhere"), x_request_id="r-7")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem == {
        "type": "/problems/invalid",
        "title": "A value is not acceptable",
        "status": 422,
        "detail": "There is no zone nowhere.",
        "instance": "urn:cloudctl:request:r-7",
        "code": "invalid",
        "request_id": "r-7",
        "field": "zone",
        "way_out": "See the zones: `cloudctl catalogue list`.",
        "params": {"zone": "nowhere"},
    }
    assert city.client.get(problem["type"]).status == 200


def test_findings_of_a_denial_come_along() -> None:
    denied = errors.PolicyDenied("Policies deny this order: {rules}.", findings=[{"rule": "zone"}], rules="zone")
    problem = problem_of(denied, locale="en", request_id="r")
    assert (problem.status, problem.findings, problem.detail) == (
        422,
        [{"rule": "zone"}],
        "Policies deny this order: zone.",
    )


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (errors.Busy("Busy.", retry_after_s=7), 503, "7"),
        (errors.NotReady("Not yet."), 503, "5"),
        (errors.CapacityExhausted("Full."), 503, "5"),
        (errors.Unreachable("No answer.", effect_unknown=True), 504, "5"),
        (errors.Rejected("No."), 502, None),
        (errors.Failed("Broken."), 502, None),
        (errors.Absent("Gone."), 409, None),
        (errors.Unsupported("Cannot."), 409, None),
        (errors.ConfigurationError("Set the key."), 500, None),
    ],
)
def test_what_a_cloud_answers_becomes_a_problem(error: Exception, status: int, retry_after: str | None) -> None:
    answer = respond(error, locale="en", request_id="r")
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry_after)


@pytest.mark.parametrize("message", ["No {zone}.", "No {!bad}.", "No {other.name}."])
def test_a_message_that_its_params_do_not_fit_is_still_told(message: str) -> None:
    problem = problem_of(errors.Invalid(message, other=1), locale="en", request_id="r")
    assert (problem.status, problem.detail) == (422, message)


def test_unknown_paths_and_methods(city: City) -> None:
    assert city.client.get("/nowhere").json()["code"] == "not-found"
    assert city.as_("officer").get("/v1/nowhere").json()["code"] == "not-found"
    wrong = city.as_("officer").delete("/v1/orders")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, POST")
    assert wrong.json()["detail"] == "This path does not take this method."


def test_a_body_that_is_no_json_is_400(city: City) -> None:
    broken = city.as_("officer").request("POST", "/v1/orders", body=b'{"title": ')
    assert (broken.status, broken.json()["code"]) == (400, "malformed")
    typed = city.as_("officer").request("POST", "/v1/orders", body=b"title=x", content_type="text/plain")
    assert (typed.status, typed.json()["code"]) == (415, "unsupported-media-type")


def test_ids_that_are_none_are_told_as_fields(city: City) -> None:
    answer = city.as_("officer").get("/v1/orders/not-an-id")
    assert (answer.status, answer.json()["field"]) == (422, "order_id")
