"""Idempotency-Key and If-Match."""

from __future__ import annotations

from uuid import uuid4

from tests.unit.api.conftest import City


def test_a_repeated_post_is_answered_alike_and_done_once(city: City) -> None:
    key, form = str(uuid4()), city.form(title="只办一次")
    first = city.as_("officer").post("/v1/orders", form, idempotency_key=key)
    again = city.as_("officer").post("/v1/orders", form, idempotency_key=key)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert {again.headers[name] == first.headers[name] for name in ("etag", "location")} == {True}
    listed = city.as_("officer").get("/v1/orders?limit=500").json()["items"]
    assert sum(row["title"] == "只办一次" for row in listed) == 1


def test_a_key_with_another_body_is_refused(city: City) -> None:
    key = str(uuid4())
    city.as_("officer").post("/v1/orders", city.form(), idempotency_key=key)
    other = city.as_("officer").post("/v1/orders", city.form(title="另一个"), idempotency_key=key)
    assert (other.status, other.json()["code"]) == (422, "idempotency-mismatch")


def test_a_key_with_another_query_is_refused(city: City) -> None:
    key = str(uuid4())
    city.as_("officer").post("/v1/orders", city.form(), idempotency_key=key)
    other = city.as_("officer").post("/v1/orders?submit=true", city.form(), idempotency_key=key)
    assert other.json()["code"] == "idempotency-mismatch"


def test_one_persons_key_is_not_anothers(city: City) -> None:
    key = str(uuid4())
    city.as_("officer").post("/v1/orders", city.form(), idempotency_key=key)
    theirs = city.as_("stranger").post("/v1/orders", city.form(system_id=city.ids["foreign"]), idempotency_key=key)
    assert theirs.status == 201
    assert "idempotent-replayed" not in theirs.headers


def test_an_unusable_key_is_refused(city: City) -> None:
    answer = city.as_("officer").post("/v1/orders", city.form(), idempotency_key="k" * 256)
    assert (answer.status, answer.json()["field"]) == (422, "Idempotency-Key")


def test_a_refused_act_leaves_its_key_free(city: City) -> None:
    key = str(uuid4())
    bad = city.form(zone="nowhere")
    assert city.as_("officer").post("/v1/orders", bad, idempotency_key=key).status == 422
    assert city.as_("officer").post("/v1/orders", city.form(), idempotency_key=key).status == 201


def test_a_decision_is_carried_out_once(city: City) -> None:
    order, key = city.order(), str(uuid4())
    path = f"/v1/orders/{order['id']}/submit"
    first = city.as_("officer").post(path, idempotency_key=key)
    again = city.as_("officer").post(path, idempotency_key=key)
    assert (first.status, again.status, again.body) == (200, 200, first.body)


def test_a_stale_if_match_is_refused_and_the_current_one_taken(city: City) -> None:
    order = city.order()
    path = f"/v1/orders/{order['id']}"
    stale = city.as_("officer").patch(path, {"title": "甲"}, if_match='"999"')
    assert (stale.status, stale.json()["code"]) == (412, "stale")
    fresh = city.as_("officer").patch(path, {"title": "乙"}, if_match=f'"{order["version"]}"')
    assert (fresh.status, fresh.json()["title"]) == (200, "乙")
    assert fresh.headers["etag"] == f'"{order["version"] + 1}"'
    assert city.as_("officer").post(f"{path}/submit", if_match=f'"{order["version"]}"').status == 412
    assert city.as_("officer").patch(path, {"title": "丙"}, if_match="*").status == 200


def test_an_if_match_that_is_no_version_is_stale(city: City) -> None:
    for given in ('W/"1"', "1", '"one"', '"1", "2"'):
        answer = city.as_("officer").patch(f"/v1/orders/{city.order()['id']}", {"title": "x"}, if_match=given)
        assert (answer.status, answer.json()["field"]) == (412, "If-Match")


def test_every_versioned_noun_checks_if_match(city: City) -> None:
    for path, who in (("departments/fgw", "admin"), ("systems/spt", "officer"), ("clouds/cloud-a", "admin")):
        noun, _, name = path.partition("/")
        answer = city.as_(who).patch(f"/v1/{noun}/{city.ids[name]}", {"name": "n"}, if_match='"999"')
        assert answer.status == 412, path
