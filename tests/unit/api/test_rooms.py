"""Rooms, racks, devices, colocations and accesses over HTTP: from the shared room to an installed device."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.conftest import City


@pytest.fixture(scope="module")
def shared(city: City) -> dict[str, str]:
    room = city.made(
        "admin",
        "/v1/rooms",
        {
            "code": "gx-1", "name": "市级共享机房", "kind": "shared", "department_id": city.ids["fgw"],
            "zones": ["屏蔽", "核心", "扩展"], "area_m2": 1200, "power_kw": 300.5,
        },
    )  # fmt: skip
    rack = {"room_id": room["id"], "code": "K01", "units": 42, "power_w": 6000, "zone": "核心"}
    return {"room": room["id"], "rack": city.made("admin", "/v1/racks", rack)["id"]}


def fields(answer: Any) -> set[str]:
    """The fields that a problem document names."""
    told = answer.json()
    return {entry["field"] for entry in (told, *told.get("errors", ())) if "field" in entry}


def ordered(city: City, items: list[dict[str, Any]]) -> Any:
    return city.as_("officer").post(
        "/v1/orders?submit=true", city.form() | {"system_id": city.ids["spt"], "items": items}
    )


def test_a_room_is_written_read_changed_and_its_history_told(city: City) -> None:
    made = city.made("officer", "/v1/rooms", {"code": "fgw-jf", "name": "三楼机房", "opened_on": "2011-01-01"})
    assert (made["kind"], made["status"], made["note"], made["area_m2"]) == ("own", "in_use", "", None)
    officer, path = city.as_("officer"), f"/v1/rooms/{made['id']}"
    changed = officer.patch(path, {"area_m2": 35.5, "it_power_kw": 4.2, "total_power_kw": 6})
    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    (version, first) = officer.get(f"{path}/history").json()["items"]
    assert version["changes"] == {
        "area_m2": [None, 35.5], "it_power_kw": [None, 4.2], "total_power_kw": [None, 6.0],
    }  # fmt: skip
    assert first["changes"]["code"] == [None, "fgw-jf"]
    assert first["names"] == {str(city.ids["fgw"]): "fgw"}
    past = officer.get("/v1/rooms?as_of=2020-01-01&code=fgw-jf").json()
    assert past["items"] == []
    (now,) = officer.get(f"/v1/rooms?as_of={city.today(0)}&code=fgw-jf").json()["items"]
    assert (now["area_m2"], now["lapsed"]) == (35.5, False)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"area_m2": -1}, 422, "area_m2"),
        ({"it_power_kw": 9, "total_power_kw": 8}, 422, "it_power_kw"),
        ({"status": "closed"}, 422, "closed_on"),
        ({"virtual_host_count": 2, "server_count": 1}, 422, "virtual_host_count"),
        ({"kind": "palace"}, 422, "kind"),
        ({"opened_on": "2026-02-01"}, 422, "status"),
        ({"kind": "shared"}, 409, "kind"),
    ],
)
def test_what_a_room_cannot_be(city: City, body: dict[str, Any], status: int, field: str) -> None:
    sent = {"code": "never", "name": "n", "opened_on": "2011-01-01"} | body
    answer = city.as_("officer").post("/v1/rooms", sent)
    assert answer.status == status, answer.body
    assert field in fields(answer)
    assert city.as_("officer").get("/v1/rooms?code=never").json()["items"] == []


def test_the_rule_against_own_rooms_answers_with_its_findings(city: City, shared: dict[str, str]) -> None:
    assert shared
    answer = city.as_("officer").post("/v1/rooms", {"code": "neu", "name": "新建机房", "status": "planned"})
    assert (answer.status, answer.json()["type"]) == (422, "/problems/policy-denied")
    (finding,) = answer.json()["findings"]
    assert finding["rule"] == "own-room"
    assert "市级共享机房" in str(finding["way_out"])
    assert "own-room" in {policy["name"] for policy in city.as_("officer").get("/v1/policies").json()}
    exemption = {"rule": "own-room", "department_id": city.ids["fgw"], "reason": "应急", "ends_on": city.today(5)}
    granted = city.made("admin", "/v1/exemptions", exemption)
    made = city.made("officer", "/v1/rooms", {"code": "neu", "name": "新建机房", "status": "planned"})
    assert made["exemption_id"] == granted["id"]
    (row,) = city.as_("officer").get("/v1/rooms?code=neu").json()["items"]
    assert row["exempt_until"] == exemption["ends_on"]
    city.as_("admin").delete(f"/v1/exemptions/{granted['id']}?reason=x")
    assert [row["code"] for row in city.as_("admin").get("/v1/rooms?lapsed=true").json()["items"]] == ["neu"]


def test_what_the_shared_room_has_left_is_everybodys_to_see(city: City, shared: dict[str, str]) -> None:
    (space,) = [
        part for part in city.as_("stranger").get("/v1/rooms/spaces").json() if part["room_id"] == shared["room"]
    ]
    assert (space["zone"], space["racks"]) == ("核心", 1)
    assert space["units"] <= 42


def test_a_device_over_the_top_of_its_rack(city: City, shared: dict[str, str]) -> None:
    body = {"code": "x-1", "kind": "server", "rack_id": shared["rack"], "first_unit": 42, "units": 2}
    answer = city.as_("admin").post("/v1/devices", body | {"department_id": city.ids["fgw"]})
    assert (answer.status, fields(answer)) == (422, {"first_unit"})


def test_a_colocation_is_ordered_with_the_form(city: City, shared: dict[str, str]) -> None:
    item = {"kind": "colocation", "name": "db-host", "units": 4, "power_w": 800, "device": "一体机", "term_months": 12}
    form = city.form() | {"system_id": city.ids["spt"], "items": [item | {"room_zone": "核心"}]}
    check = city.as_("officer").post("/v1/orders/check", form)
    assert check.status == 200, check.body
    (berth,) = check.json()["fittings"]
    assert (berth["rack_id"], berth["units"], check.json()["resources"]) == (shared["rack"], 4, ["colocation db-host"])
    order = ordered(city, [item | {"room_zone": "核心"}])
    assert order.status == 201, order.body
    assert order.json()["items"][0] == item | {"room_zone": "核心"}
    (held,) = city.as_("officer").get(f"/v1/colocations?order_id={order.json()['id']}").json()["items"]
    assert (held["state"], held["rack"], held["room"]) == ("reserved", "K01", "gx-1")
    refused = ordered(city, [item | {"units": 60}])
    assert (refused.status, fields(refused)) == (409, {"items[0].units"})


def test_a_contract_is_installed_released_and_taken_out(city: City, shared: dict[str, str]) -> None:
    body = {"number": "TG-1", "department_id": city.ids["fgw"], "rack_id": shared["rack"], "units": 2, "power_w": 100}
    made = city.made("admin", "/v1/colocations", body | {"first_unit": 30})
    path = f"/v1/colocations/{made['id']}"
    assert city.as_("operator").post(f"{path}/install").status == 409
    released = city.as_("officer").post(f"{path}/release", {"reason": "退役"})
    assert released.json()["state"] == "leaving"
    assert city.as_("officer").post(f"{path}/keep").json()["state"] == "in_use"
    city.as_("officer").post(f"{path}/release")
    assert city.as_("officer").post(f"{path}/remove").status == 403
    gone = city.as_("operator").post(f"{path}/remove", {"reason": "已下架"})
    assert (gone.status, gone.json()["state"]) == (200, "ended")
    assert [entry["version"] for entry in city.as_("officer").get(f"{path}/history").json()["items"]] == [5, 4, 3, 2, 1]


def test_an_access_is_recorded_corrected_and_ended(city: City) -> None:
    body = {"number": "ZX-1", "department_id": city.ids["fgw"], "kind": "line", "level": "township", "zone": "extranet"}
    assert fields(city.as_("admin").post("/v1/accesses", body)) == {"bandwidth_mbps"}
    made = city.made("admin", "/v1/accesses", body | {"bandwidth_mbps": 100})
    path = f"/v1/accesses/{made['id']}"
    assert city.as_("admin").patch(path, {"bandwidth_mbps": 200}).json()["bandwidth_mbps"] == 200
    assert city.as_("officer").post(f"{path}/release").json()["state"] == "leaving"
    assert city.as_("operator").post(f"{path}/disconnect").json()["state"] == "ended"
    rows = city.as_("officer").get("/v1/accesses?level=township&state=ended").json()["items"]
    assert [row["number"] for row in rows] == ["ZX-1"]
