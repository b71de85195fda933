from __future__ import annotations

import json

from tests.unit.api.conftest import MARKER, City


def test_the_export_is_one_canonical_record_a_line(city: City) -> None:
    order = city.order()
    export = city.as_("auditor").get(f"/v1/audit/export?target_id={order['id']}")
    assert export.headers["content-type"].startswith("application/x-ndjson")
    records = [json.loads(line) for line in export.body.splitlines()]
    assert [record["action"] for record in records] == ["create/order"]
    listed = city.as_("auditor").get(f"/v1/audit?target_id={order['id']}").json()["items"]
    assert listed[0]["record"] == records[0]


def test_the_export_goes_over_all_pages(city: City) -> None:
    lines = city.as_("auditor").get("/v1/audit/export").body.splitlines()
    paged: list[str] = []
    target = "/v1/audit?limit=7"
    while target:
        answer = city.as_("auditor").get(target)
        paged += [row["id"] for row in answer.json()["items"]]
        target = answer.headers.get("link", "").partition(";")[0].strip("<>")
    assert [json.loads(line)["id"] for line in lines] == paged


def test_a_wrong_filter_is_refused_before_the_export_begins(city: City) -> None:
    assert city.as_("auditor").get("/v1/audit/export?colour=red").status == 422


def test_departments_have_no_audit_and_nobody_sees_user_data(city: City) -> None:
    assert city.as_("officer").get("/v1/audit").status == 403
    assert city.as_("officer").get("/v1/audit/export").status == 403
    city.order()
    assert MARKER not in city.as_("auditor").get("/v1/audit/export").body.decode()
