from __future__ import annotations

from base64 import b64encode
from uuid import uuid4

import pytest

from cloudctl.domain.lifecycle import ORDERS
from tests.unit.api.conftest import KEY, MARKER, City


def test_a_draft_is_created_with_location_etag_and_without_user_data(city: City) -> None:
    answer = city.as_("officer").post("/v1/orders", city.form())
    order = answer.json()
    assert (answer.status, order["state"], order["possible"]) == (201, "draft", ORDERS.events("draft"))
    assert answer.headers["location"] == f"/v1/orders/{order['id']}"
    assert answer.headers["etag"] == f'"{order["version"]}"'
    assert MARKER not in answer.body.decode()
    assert order["items"][1]["has_user_data"] is True
    shown = city.as_("officer").get(answer.headers["location"])
    assert shown.json() == order
    assert shown.headers["etag"] == answer.headers["etag"]


def test_a_known_version_is_not_sent_again(city: City) -> None:
    order = city.order()
    again = city.as_("officer").get(f"/v1/orders/{order['id']}", if_none_match=f'"{order["version"]}"')
    assert (again.status, again.body) == (304, b"")


def test_an_order_is_handed_in_at_once_when_asked(city: City) -> None:
    answer = city.as_("officer").post("/v1/orders?submit=true", city.form())
    assert (answer.status, answer.json()["state"]) == (201, "submitted"), answer.body
    assert answer.json()["cloud"] == "cloud-a"
    assert answer.json()["held"] is True


def test_the_check_shows_what_is_left_and_writes_nothing(city: City) -> None:
    before = city.as_("officer").get("/v1/orders?limit=500").json()["items"]
    answer = city.as_("officer").post("/v1/orders/check", city.form(), idempotency_key="never-kept")
    found = answer.json()
    assert answer.status == 200, answer.body
    amounts = {amount["dimension"]: amount for amount in found["amounts"]}
    assert (amounts["vcpu"]["demand"], amounts["servers"]["demand"]) == (2, 1)
    assert 0 < amounts["vcpu"]["quota_left"] <= 400
    assert [name.split()[0] for name in found["resources"]] == ["network", "server", "volume"]
    assert city.as_("officer").get("/v1/orders?limit=500").json()["items"] == before
    other = city.as_("officer").post("/v1/orders/check", city.form(title="x"), idempotency_key="never-kept")
    assert other.status == 200


def test_decisions_follow_the_life_cycle(city: City) -> None:
    order = city.order()
    path = f"/v1/orders/{order['id']}"
    assert city.as_("officer").post(f"{path}/submit").json()["state"] == "submitted"
    returned = city.as_("head").post(f"{path}/return", {"missing": ["等保备案证明", "批复文号"]})
    assert returned.json()["state"] == "returned"
    assert returned.json()["correction_due"] is not None
    changed = city.as_("officer").patch(path, {"title": "更正", "items": city.form()["items"]})
    assert changed.json()["title"] == "更正"
    assert city.as_("officer").post(f"{path}/submit").json()["state"] == "submitted"
    assert city.as_("head").post(f"{path}/sign-off").json()["state"] in {"signed_off", "approved"}
    refused = city.as_("head").post(f"{path}/sign-off")
    assert (refused.status, refused.json()["code"]) == (409, "transition-refused")


def test_the_office_takes_up_and_rejects(city: City) -> None:
    order = city.order(items=[{"kind": "volume", "name": "fgw-spt-big", "size_gib": 1500, "term_months": 12}])
    path = f"/v1/orders/{order['id']}"
    assert city.as_("officer").post(f"{path}/submit").status == 200
    assert city.as_("head").post(f"{path}/sign-off").json()["state"] == "signed_off"
    assert city.as_("reviewer").post(f"{path}/accept").json()["state"] == "in_review"
    silent = city.as_("reviewer").post(f"{path}/reject")
    assert (silent.status, silent.json()["field"]) == (422, "reason")
    assert city.as_("reviewer").post(f"{path}/reject", {"reason": "重复建设"}).json()["state"] == "rejected"


def test_drafts_are_withdrawn(city: City) -> None:
    order = city.order()
    assert city.as_("officer").post(f"/v1/orders/{order['id']}/cancel").json()["state"] == "cancelled"
    closed = city.as_("officer").post(f"/v1/orders/{order['id']}/close")
    assert closed.status == 409


def server(**changes: object) -> dict[str, object]:
    return {
        "kind": "server",
        "name": "fgw-spt-app",
        "specification": "s2.medium",
        "image": "openeuler",
        "network": "fgw-spt-net",
        "term_months": 12,
        **changes,
    }


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (server(user_data="x" * 65537), "items[0].user_data"),
        (server(user_data=b64encode(b"x" * 65537).decode(), user_data_encoding="base64"), "items[0].user_data"),
        (server(user_data="%%%", user_data_encoding="base64"), "items[0].user_data"),
        (server(ssh_keys=[KEY, "ssh-ed25519 AAAA"]), "items[0].ssh_keys[1]"),
        (server(count=0), "items[0].count"),
        (server(colour="red"), "items[0].colour"),
        (server(disks=[{"size_gib": 0}]), "items[0].disks[0].size_gib"),
        ({"kind": "toaster"}, "items[0]"),
        ({"kind": "extend", "volume": "no-id", "size_gib": 1}, "items[0].volume"),
        ({"kind": "address", "server": "", "term_months": 1}, "items[0].server"),
    ],
)
def test_a_bad_item_is_refused_with_its_path_and_without_its_value(
    city: City, item: dict[str, object], field: str
) -> None:
    answer = city.as_("officer").post("/v1/orders", city.form(items=[item]))
    problem = answer.json()
    assert (answer.status, problem["code"], problem["field"]) == (422, "invalid", field), problem
    assert "xxxx" not in answer.body.decode()


def test_base64_user_data_of_just_64_kib_is_taken(city: City) -> None:
    item = server(user_data=b64encode(b"y" * 65536).decode(), user_data_encoding="base64")
    order = city.order(items=[city.form()["items"][0], item])
    assert order["items"][1]["has_user_data"] is True


@pytest.mark.parametrize("kind", ["resize", "extend", "renew", "release"])
def test_every_change_item_reaches_the_domain(city: City, kind: str) -> None:
    key = str(uuid4())
    fields = {
        "resize": {"server": key, "specification": "s2.medium"},
        "extend": {"volume": key, "size_gib": 20},
        "renew": {"resource": key, "expires_on": "2027-01-01"},
        "release": {"resource": key},
    }[kind]
    order = city.order(items=[{"kind": kind, **fields}])
    assert order["items"] == [{"kind": kind, **fields}]
    refused = city.as_("officer").post(f"/v1/orders/{order['id']}/submit")
    assert (refused.status, refused.json()["code"]) == (404, "not-found")
    assert refused.json()["field"].startswith("items[0]")


def test_all_wrong_fields_are_told_at_once(city: City) -> None:
    answer = city.as_("officer").post("/v1/orders", {"title": "", "zone": "extranet", "items": [], "surprise": 1})
    told = {error["field"] for error in answer.json()["errors"]}
    assert told == {"system_id", "title", "purpose", "items", "surprise"}
