from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.api.conftest import City


def test_pages_follow_next_and_link_to_the_end_without_gaps_or_doubles(city: City) -> None:
    made = {city.order(title="翻页")["id"] for _ in range(5)}
    target, seen, pages = "/v1/orders?limit=2&state=draft", [], 0
    while target:
        answer = city.as_("officer").get(target)
        page = answer.json()
        seen += [row["id"] for row in page["items"]]
        pages += 1
        target = ""
        if page["next"] is not None:
            link, relation = answer.headers["link"].split("; ")
            assert relation == 'rel="next"'
            target = link.strip("<>")
            assert parse_qs(urlsplit(target).query) == {"limit": ["2"], "state": ["draft"], "cursor": [page["next"]]}
    assert "link" not in answer.headers
    assert made <= set(seen)
    assert len(seen) == len(set(seen))
    assert pages >= 3


def test_filters_narrow_a_list(city: City) -> None:
    order = city.order()
    found = city.as_("officer").get(f"/v1/orders?number={order['number']}").json()
    assert [row["id"] for row in found["items"]] == [order["id"]]
    assert found["next"] is None
    assert city.as_("officer").get("/v1/systems?mlps_level=5").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("limit=²", "limit"),
        ("colour=red", "colour"),
        ("department_id=me", "department_id"),
        ("cursor=broken", "cursor"),
    ],
)
def test_a_bad_query_is_refused_by_name(city: City, query: str, field: str) -> None:
    answer = city.as_("officer").get(f"/v1/orders?{query}")
    assert (answer.status, answer.json()["code"], answer.json()["field"]) == (422, "invalid", field)


@pytest.mark.parametrize(
    "noun",
    ["departments", "accounts", "systems", "clouds", "quotas", "prefixes", "orders", "servers", "volumes", "networks",
     "addresses", "exemptions", "ratings", "audit", "notices"],
)  # fmt: skip
def test_every_list_answers_the_office(city: City, noun: str) -> None:
    page = city.as_("auditor").get(f"/v1/{noun}?limit=3")
    assert page.status == 200, page.body
    assert set(page.json()) == {"items", "next"}
