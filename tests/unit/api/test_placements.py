"""Placements and pins through the API: who may, what is told, and in which words."""

from __future__ import annotations

from tests.unit.api.conftest import City


def test_an_order_s_places_are_explained_item_by_item(city: City) -> None:
    order = city.made("officer", "/v1/orders?submit=true", city.form())
    where = f"/v1/orders/{order['id']}/placements"
    found = city.as_("officer").get(where).json()
    assert (found["number"], found["cloud"], found["decided"]) == (order["number"], "cloud-a", True)
    (place,) = found["placements"]
    assert [(entry["position"], entry["kind"]) for entry in place["items"]] == [
        (position, entry["kind"]) for position, entry in enumerate(order["items"])
    ]
    assert place["reasons"][0].keys() == {"en", "zh_CN"}
    assert order["placements"] == [
        {"items": [entry["position"] for entry in place["items"]], "cloud": "cloud-a", "reasons": place["reasons"]}
    ]
    assert city.as_("reviewer").get(where).json() == found
    assert city.as_("stranger").get(where).status == 404


def test_a_draft_s_places_are_those_that_it_would_get_now(city: City) -> None:
    order = city.made("officer", "/v1/orders", city.form())
    found = city.as_("officer").get(f"/v1/orders/{order['id']}/placements").json()
    assert (found["decided"], found["cloud"], order["cloud"], order["placements"]) == (False, "cloud-a", None, [])


def test_the_check_tells_places_and_amounts_by_cloud(city: City) -> None:
    found = city.as_("officer").post("/v1/orders/check", city.form()).json()
    assert {row["cloud"] for row in found["amounts"]} == {found["cloud"]} == {"cloud-a"}
    assert [at["cloud"] for at in found["placements"]] == ["cloud-a"]


def test_the_office_pins_a_department(city: City) -> None:
    where = f"/v1/departments/{city.ids['czj']}"
    version = city.as_("admin").get(where).json()["version"]
    answer = city.as_("admin").put(f"{where}/clouds", {"clouds": ["cloud-a"]}, if_match=f'"{version}"')
    assert (answer.status, answer.json()["clouds"]) == (200, ["cloud-a"])
    assert city.as_("stranger").get(where).json()["clouds"] == ["cloud-a"]
    stale = city.as_("admin").put(f"{where}/clouds", {"clouds": []}, if_match=f'"{version}"')
    assert stale.status == 412
    unknown = city.as_("admin").put(f"{where}/clouds", {"clouds": ["moon"]})
    assert (unknown.status, unknown.json()["field"]) == (422, "clouds")
    assert "moon" in unknown.json()["detail"]
    assert city.as_("reviewer").put(f"{where}/clouds", {"clouds": []}).status == 403
    assert city.as_("admin").put(f"{where}/clouds", {"clouds": []}).json()["clouds"] == []


def test_head_room_is_a_share_of_the_cloud(city: City) -> None:
    where = f"/v1/clouds/{city.ids['cloud-a']}"
    assert city.as_("admin").patch(where, {"headroom_percent": 10}).json()["headroom_percent"] == 10
    rows = city.as_("officer").get("/v1/capacity?cloud=cloud-a&zone=extranet").json()
    vcpu = next(row for row in rows if row["dimension"] == "vcpu")
    assert vcpu["kept"] == -(-vcpu["total"] // 10)
    assert vcpu["free"] == vcpu["total"] - vcpu["kept"] - vcpu["held"] - vcpu["committed"] - vcpu["elsewhere"]
    assert city.as_("admin").patch(where, {"headroom_percent": 91}).json()["field"] == "headroom_percent"
    assert city.as_("admin").patch(where, {"headroom_percent": 0}).status == 200


def test_a_pair_of_one_names_its_field(city: City) -> None:
    form = city.form()
    items = [dict(entry) for entry in form["items"]]
    position = next(at for at, entry in enumerate(items) if entry["kind"] == "server")
    items[position]["anti_affinity"] = "db"
    answer = city.as_("officer").post("/v1/orders/check", form | {"items": items})
    assert (answer.status, answer.json()["field"]) == (422, f"items[{position}].anti_affinity")
