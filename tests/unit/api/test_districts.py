"""Every route once more, between districts: what belongs to a township is its own district's business and nobody
else's in the districts."""

from __future__ import annotations

import pytest

from tests.unit.api.conftest import City
from tests.unit.api.test_foreign import BODIES, FILES, ROUTES, Belongings, belongings, target

SIBLINGS = ("qu2-reviewer", "qu2-admin", "zhen2-officer", "zhen2-head")
OWN = ("qu1-reviewer", "qu1-admin")
PLACE = {"cloud": "cloud-a", "zone": "extranet"}
ROOM = {"vcpu": 40, "memory_mib": 10**5, "volume_gib": 2000, "servers": 20, "segments": 20}
STREAM = "/v1/orders/{order_id}/events"
OFFICES = {"/v1/campaigns/{campaign_id}"}  # what the city's office alone sees: a department sees its own cases


@pytest.fixture(scope="module")
def township(city: City) -> Belongings:
    """A township below the district qu1, with something of every noun; qu2 and its township stand beside them."""
    for number in (1, 2):
        district, zhen = f"qu{number}", f"zhen{number}"
        unit(city, district, "district")
        unit(city, zhen, "township", district)
        for name, role, department in (
            (f"{district}-reviewer", "district-reviewer", district),
            (f"{district}-admin", "district-admin", district),
            (f"{zhen}-officer", "department-officer", zhen),
            (f"{zhen}-head", "department-head", zhen),
        ):
            city.person(name, role, department)
        allot(city, "admin", district, 2)
        allot(city, f"{district}-admin", zhen, 1)
    system = {"code": "dj", "name": "党建", "mlps_level": 2, "no_state_secrets": True}
    city.ids["dj"] = city.made("zhen1-officer", "/v1/systems", system)["id"]
    return belongings(city, "zhen1-officer", "zhen1", "dj")


def unit(city: City, code: str, level: str, above: str | None = None) -> None:
    body = {"code": code, "name": code, "level": level, "parent_id": above and city.ids[above]}
    city.ids[code] = city.made("admin", "/v1/departments", body)["id"]


def allot(city: City, who: str, department: str, times: int) -> None:
    for dimension, amount in ROOM.items():
        limit = {"department_id": city.ids[department], "dimension": dimension, "limit": amount * times}
        answer = city.as_(who).put("/v1/quotas", PLACE | limit)
        assert answer.status == 200, answer.body


@pytest.mark.parametrize("who", SIBLINGS)
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_nothing_is_shown_to_a_sibling(city: City, township: Belongings, path: str, method: str, who: str) -> None:
    route = f"{method} {path}"
    body = township.filled(BODIES[route]) if route in BODIES else None
    answer = city.as_(who).request(method, target(path, township), payload=body)
    if route == "POST /v1/orders/decisions" and answer.status == 200:
        assert (answer.json()["done"], answer.json()["failed"]) == (0, 1)
        assert b"There is no order" in answer.body
    elif answer.status == 200 and (method == "GET" or path.startswith("/v1/me/")):
        assert not [secret for secret in township.secrets if secret.encode() in answer.body]
    else:
        assert answer.status in {403, 404, *((415, 422) if route in FILES else ())}, answer.body


@pytest.mark.parametrize("who", OWN)
def test_what_is_404_to_the_sibling_is_there_for_its_own_district(city: City, township: Belongings, who: str) -> None:
    """Whatever a district's role may read at all is found in the subtree and missing beside it."""
    sibling = who.replace("qu1", "qu2")
    reads = [path for path, method in ROUTES if method == "GET" and "{" in path and path != STREAM]
    missing = set()
    for path in reads:
        there, own, beside = (city.as_(by).get(target(path, township)) for by in ("auditor", who, sibling))
        if there.status != 200 or own.status == 403 or path in OFFICES:
            assert own.status == beside.status, path
        elif own.status == 200 and beside.status == 404:
            missing.add(path)
        else:
            assert own.status == beside.status == 200, path
            assert not [secret for secret in township.secrets if secret.encode() in beside.body], path
    assert ("/v1/notices/{notice_id}" in missing) is who.endswith("admin")  # reviewers read no notices at all
    assert {"/v1/orders/{order_id}", "/v1/servers/{resource_id}", "/v1/departments/{department_id}"} <= missing


def test_lists_are_cut_down_to_the_subtree(city: City, township: Belongings) -> None:
    def codes(who: str) -> set[str]:
        return {row["code"] for row in city.as_(who).get("/v1/departments?limit=500").json()["items"]}

    assert codes("qu1-reviewer") == {"qu1", "zhen1"}
    assert codes("qu2-admin") == {"qu2", "zhen2"}
    assert codes("zhen1-officer") == {"zhen1"}
    assert {"qu1", "qu2", "zhen1", "fgw"} <= codes("auditor")
    for noun in ("orders", "servers", "systems", "quotas", "exemptions", "audit", "accounts"):
        rows = city.as_("qu1-admin").get(f"/v1/{noun}?limit=500").json()["items"]
        owners = {row["department_id"] for row in rows}
        assert owners <= {city.ids["qu1"], city.ids["zhen1"]}, noun
        assert city.ids["zhen1"] in owners, noun
    exported = city.as_("qu1-admin").get("/v1/audit/export").body.decode()
    assert city.ids["zhen1"] in exported
    assert city.ids["fgw"] not in exported


def test_a_district_allots_in_its_subtree_only(city: City, township: Belongings) -> None:
    def put(department: str, limit: int, dimension: str = "addresses") -> tuple[int, str | None]:
        body = PLACE | {"department_id": city.ids[department], "dimension": dimension, "limit": limit}
        answer = city.as_("qu1-admin").put("/v1/quotas", body)
        return answer.status, answer.json().get("field")

    assert put("zhen2", 1) == (404, None)
    assert put("fgw", 1) == (404, None)
    assert put("qu1", 100) == (403, None)
    assert put("zhen1", 81, "vcpu") == (409, "limit")
    assert put("zhen1", 41, "vcpu") == (200, None)
    assert put("zhen1", 40, "vcpu") == (200, None)
    body = PLACE | {"department_id": city.ids["qu1"], "dimension": "vcpu", "limit": 39}
    cut = city.as_("admin").put("/v1/quotas", body)
    assert (cut.status, cut.json()["field"]) == (409, "limit")


def test_sums_per_subtree(city: City, township: Belongings) -> None:
    def vcpu(who: str, query: str = "") -> tuple[int, int] | None:
        rows = city.as_(who).get(f"/v1/quotas/summary{query}").json()
        sums = {row["dimension"]: (row["limit"], row["departments"]) for row in rows}
        return sums.get("vcpu")

    qu1 = f"?department_id={city.ids['qu1']}"
    assert vcpu("admin", qu1) == vcpu("qu1-admin") == vcpu("qu1-reviewer", qu1) == (80, 2)
    assert vcpu("zhen1-officer") == vcpu("qu1-admin", f"?department_id={city.ids['zhen1']}") == (40, 1)
    assert vcpu("admin") == (400 + 80 + 80, 5)
    for who, query in (("qu2-admin", qu1), ("zhen1-officer", qu1), ("admin", f"?department_id={city.ids['cloud-a']}")):
        assert city.as_(who).get(f"/v1/quotas/summary{query}").status == 404


def test_with_whom_an_order_lies_is_on_the_order(city: City, township: Belongings) -> None:
    order = city.as_("zhen1-officer").get(target("/v1/orders/{order_id}", township)).json()
    assert order["office_id"] == city.ids["qu1"]
    rows = city.as_("reviewer").get(f"/v1/orders?office_id={city.ids['qu1']}").json()["items"]
    assert {row["id"] for row in rows} == {order["id"]}
    assert city.order()["office_id"] is None
