"""Rooms, racks, devices, colocations and accesses: what is sent, and what a table shows."""

from __future__ import annotations

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
ROOM = {
    "id": KEY, "department_id": KEY, "code": "fgw-1", "name": "三楼机房", "kind": "own", "category": "closet",
    "status": "closing", "closed_on": "2027-01-31", "exempt_until": None, "version": 1,
}  # fmt: skip
DEPARTMENT = {"id": KEY, "code": "fgw", "name": "发展改革委"}


def page(*items: object) -> dict[str, object]:
    return {"items": list(items), "next": None}


def test_a_list_says_kind_category_and_status_in_words(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/rooms", page(ROOM))
    api.on("GET", "/v1/departments", page(DEPARTMENT))
    out = logged_in("rooms", "list", "--lapsed", "--as-of", "2026-06-30").out
    assert out.splitlines()[1].split() == [
        "fgw-1", "三楼机房", "own", "server", "closet", "closing", "2027-01-31", "-", "fgw", KEY,
    ]  # fmt: skip
    assert api.asked[0].query == {"lapsed": "True", "as_of": "2026-06-30", "limit": "50"}


def test_a_room_is_sent_as_it_was_typed(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/rooms", Reply(201, ROOM))
    logged_in(
        "rooms", "create", "--code", "gx", "--name", "共享机房", "--kind", "shared", "--zone", "屏蔽", "--zone", "核心",
        "--area-m2", "1200.5", "--opened-on", "2020-01-01",
    )  # fmt: skip
    assert api.asked[-1].body == {
        "code": "gx", "name": "共享机房", "kind": "shared", "zones": ["屏蔽", "核心"], "area_m2": 1200.5,
        "opened_on": "2020-01-01",
    }  # fmt: skip


def test_a_device_names_its_rack_by_code_and_its_cost_in_yuan(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/racks", page({"id": KEY, "code": "A01"}))
    api.on("POST", "/v1/devices", Reply(201, {"id": KEY, "code": "sv-1", "status": "running", "cost_fen": 8_000_000}))
    ended = logged_in(
        "devices", "create", "--code", "sv-1", "--kind", "server", "--rack", "A01", "--first-unit", "3", "--units", "2",
        "--cost-yuan", "80000", "--virtual-host", "--address", "10.1.1.1", "--address", "10.1.1.2",
    )  # fmt: skip
    assert api.asked[-1].body == {
        "code": "sv-1", "kind": "server", "rack_id": KEY, "first_unit": 3, "units": 2, "cost_fen": 8_000_000,
        "virtual_host": True, "addresses": ["10.1.1.1", "10.1.1.2"],
    }  # fmt: skip
    assert "80,000.00" in ended.out
    assert "switched on" in ended.out


def test_what_is_free_is_a_table(logged_in: Cloudctl, api: FakeApi) -> None:
    space = {
        "room_id": KEY,
        "room": "共享机房",
        "zone": "核心",
        "racks": 2,
        "units": 60,
        "largest": 40,
        "power_w": None,
    }
    api.on("GET", "/v1/rooms/spaces", [space])
    assert logged_in("rooms", "spaces").out.splitlines()[1].split() == ["共享机房", "核心", "2", "60", "40", "-"]


def test_operations_say_that_it_is_done(logged_in: Cloudctl, api: FakeApi) -> None:
    row = {"id": KEY, "number": "2026-000012-1", "state": "in_use", "version": 2}
    api.on("GET", "/v1/colocations", page(row))
    api.on("POST", f"/v1/colocations/{KEY}/install", row)
    logged_in("colocations", "install", "2026-000012-1", "--first-unit", "20")
    assert (api.asked[0].query["number"], api.asked[-1].body) == ("2026-000012-1", {"first_unit": 20})
    api.on("GET", "/v1/accesses", page(row))
    api.on("POST", f"/v1/accesses/{KEY}/connect", row)
    assert "in use" in logged_in("accesses", "connect", "2026-000012-1").out
