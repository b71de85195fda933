from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from cloudctl.ports.context import platform
from tests.unit.api.conftest import City


@pytest.fixture
def order(city: City) -> Any:
    """An order that counts as delivered."""
    made = city.order()
    with city.installation.context.unit_of_work(platform("test")) as uow:
        found = uow.orders.lock(UUID(made["id"]))
        found.state, found.delivered_at = "delivered", uow.now
    return made


def test_a_rating_is_given_once_listed_and_answered(city: City, order: Any) -> None:
    path = f"/v1/orders/{order['id']}/rating"
    body = {"mark": 2, "reason": "拖了一周"}
    made = city.as_("officer").post(path, body, idempotency_key=f"rate-{order['id']}")
    assert (made.status, made.json()["state"]) == (201, "answer_owed")
    again = city.as_("officer").post(path, body, idempotency_key=f"rate-{order['id']}")
    assert again.json() == made.json()
    assert city.as_("officer").post(path, {"mark": 5}).status == 409
    rows = city.as_("reviewer").get(f"/v1/ratings?order_id={order['id']}&mark=2").json()["items"]
    assert [(row["number"], row["reason"]) for row in rows] == [(order["number"], "拖了一周")]
    one = f"/v1/ratings/{made.json()['id']}"
    assert city.as_("officer").post(f"{one}/answer", {"answer": "x"}).status == 403
    stale = city.as_("reviewer").post(f"{one}/answer", {"answer": "x"}, if_match='"7"')
    assert stale.status == 412
    answered = city.as_("reviewer").post(f"{one}/answer", {"answer": "已改进"})
    assert (answered.status, answered.json()["answer"]) == (200, "已改进")
    assert city.as_("officer").get(one).json() == answered.json()


@pytest.mark.parametrize(("body", "field"), [({"mark": 9}, "mark"), ({"mark": 1}, "reason"), ({"reason": "x"}, "mark")])
def test_a_bad_body_is_refused_by_field(city: City, order: Any, body: dict[str, Any], field: str) -> None:
    answer = city.as_("officer").post(f"/v1/orders/{order['id']}/rating", body)
    assert (answer.status, answer.json()["field"]) == (422, field)


def test_the_summary(city: City, order: Any) -> None:
    assert city.as_("officer").post(f"/v1/orders/{order['id']}/rating", {"mark": 5}).status == 201
    found = city.as_("officer").get("/v1/ratings/summary").json()
    assert found["marks"]["5"] >= 1
    assert found["total"] == sum(found["marks"].values())
    assert found["good_share"] == found["good"] / found["total"]
    nobody = city.as_("stranger").get("/v1/ratings/summary").json()
    assert (nobody["total"], nobody["good_share"]) == (0, None)


def test_a_declaration_is_asked_for_and_shown(city: City) -> None:
    refused = city.as_("officer").post("/v1/orders", city.form(no_state_secrets=None))
    assert (refused.status, refused.json()["field"]) == (422, "no_state_secrets")
    assert "no_state_secrets" in refused.json()["way_out"]
    made = city.order()
    assert (made["no_state_secrets"], made["declared_by"]) == (True, "officer")
    system = city.as_("officer").get(f"/v1/systems/{city.ids['spt']}").json()
    assert (system["no_state_secrets"], system["declared_by"]) == (True, "officer")
