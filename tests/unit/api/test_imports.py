"""The application form over HTTP: fetched, handed in, and given back with its faults."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from api.routes.imports import WORKBOOK
from api.uploads import LARGEST_WORKBOOK
from cloudctl.domain.forms import COVER, COVER_CELLS, FIRST_ROW, ITEMS, LETTERS
from tests.filled_forms import marks, saved
from tests.unit.api.conftest import KEY, City

FILLED: dict[str, Any] = {
    "system": "spt 审批平台", "zone": "政务外网区", "title": "表格申请", "purpose": "应用服务器", "backup": "每日",
    "no_state_secrets": "是", "project_document": "发改〔2026〕12号", "contact_name": "张伟",
}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {"kind": "网段", "name": "form-net", "range": 26, "term_months": 12},
    {
        "kind": "云主机", "name": "form-app", "count": 2, "specification": "s2.medium", "image": "openeuler",
        "network": "form-net", "disks": 10, "term_months": 12, "ssh_keys": KEY,
    },
]  # fmt: skip


def fetched(city: City, who: str = "officer", query: str = "") -> bytes:
    answer = city.as_(who).get(f"/v1/order-form.xlsx{query}")
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == WORKBOOK
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('申请表.xlsx')}"
    return answer.body


def filled(data: bytes, **changes: Any) -> bytes:
    book = load_workbook(BytesIO(data))
    for key, value in {**FILLED, **changes}.items():
        book[COVER][COVER_CELLS[key]].value = value
    for offset, row in enumerate(ROWS):
        for key, value in row.items():
            book[ITEMS][f"{LETTERS[key]}{FIRST_ROW + offset}"].value = value
    return saved(book)


def sent(
    city: City, body: bytes, query: str = "", *, who: str = "officer", path: str = "/v1/orders/import", **more: str
) -> Any:
    return city.as_(who).request("POST", f"{path}{query}", body=body, **{"content_type": WORKBOOK, **more})


def numbers(city: City) -> set[str]:
    return {row["number"] for row in city.as_("admin").get("/v1/orders?limit=200").json()["items"]}


def test_a_form_is_fetched_filled_and_handed_in(city: City) -> None:
    data = filled(fetched(city))
    rehearsed = sent(city, data, "?submit=true&dry_run=true")
    assert (rehearsed.status, rehearsed.json()["rehearsal"]) == (200, True)
    answer = sent(city, data, "?submit=true")
    receipt = answer.json()
    assert (answer.status, receipt["department"], receipt["lists_changed"]) == (201, "fgw", False)
    (taken,) = receipt["orders"]
    order = city.as_("officer").get(f"/v1/orders/{taken['id']}").json()
    assert (order["number"], order["title"], order["state"]) == (taken["number"], "表格申请", "submitted")
    assert [entry["kind"] for entry in order["items"]] == ["network", "server"]
    assert order["filed_by"] is None
    again = sent(city, data, "?submit=true")
    assert (again.status, again.json()["code"], taken["number"] in again.json()["detail"]) == (409, "conflict", True)


def test_the_same_request_is_carried_out_once(city: City) -> None:
    data = filled(fetched(city), title="一次")
    first, second = (sent(city, data, idempotency_key="form-once") for _ in range(2))
    assert (first.status, second.status, second.headers.get("idempotent-replayed")) == (201, 201, "true")
    assert first.json() == second.json()


def test_faults_name_their_cells_and_come_back_marked(city: City) -> None:
    data, before = filled(fetched(city), zone="火星", title=None), numbers(city)
    refused = sent(city, data)
    problem = refused.json()
    assert (refused.status, problem["code"], problem["params"]["count"]) == (422, "form-invalid", "2")
    assert [error["field"] for error in problem["errors"]] == [f"{COVER}!D4", f"{COVER}!B5"]
    assert problem["errors"][0]["detail"] == "火星 is not on the list."
    assert problem["errors"][0]["way_out"].startswith("Choose from the drop-down.")
    assert all(error.get("way_out") for error in problem["errors"])
    marked = sent(city, data, path="/v1/orders/import/marked")
    assert (marked.status, marked.headers["content-type"]) == (200, WORKBOOK)
    assert set(marks(marked.body)) == {f"{COVER}!D4", f"{COVER}!B5"}
    assert numbers(city) == before


def test_what_a_policy_says_is_told_in_the_readers_language(city: City) -> None:
    book = load_workbook(BytesIO(filled(fetched(city))))
    book[ITEMS][f"{LETTERS['name']}{FIRST_ROW + 1}"].value = "FORM_APP"
    told = {
        language: sent(city, saved(book), accept_language=language).json()["errors"][0]["detail"]
        for language in ("en", "zh")
    }
    assert "server-naming" in told["en"]
    assert told["en"] != told["zh"]


def test_a_form_without_faults_comes_back_as_it_is(city: City) -> None:
    data, before = filled(fetched(city), title="核对"), numbers(city)
    assert sent(city, data, path="/v1/orders/import/marked").body == data
    assert numbers(city) == before


def test_the_office_files_for_a_department(city: City) -> None:
    data = filled(fetched(city, "reviewer", "?on_behalf=fgw"), title="代办", contact_name="officer")
    receipt = sent(city, data, "?on_behalf=fgw&submit=true", who="reviewer").json()
    order = city.as_("officer").get(f"/v1/orders/{receipt['orders'][0]['id']}").json()
    assert (order["filed_by"], order["applicant_id"]) == (city.ids["reviewer"], city.ids["officer"])
    lines = city.as_("head").get(f"/v1/orders/{order['id']}/progress").json()
    assert "(代办)" in lines[0]["text"]


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("reviewer", "", 403),
        ("head", "", 403),
        ("officer", "?on_behalf=fgw", 403),
        ("auditor", "?on_behalf=fgw", 403),
        ("reviewer", "?on_behalf=merged-yesterday", 404),
    ],
)
def test_who_may_not_is_told_so(city: City, who: str, query: str, status: int) -> None:
    assert sent(city, b"", query, who=who).status == status
    assert sent(city, b"", query, who=who, path="/v1/orders/import/marked").status == status
    assert city.as_(who).get(f"/v1/order-form.xlsx{query}").status == status


def test_another_departments_form_is_refused(city: City) -> None:
    data = filled(fetched(city))
    problem = sent(city, data, who="stranger").json()
    assert f"{COVER}!B3" in {error["field"] for error in problem["errors"]}
    assert city.ids["spt"] not in str(problem)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "unsupported-media-type"),
        (b"a,b", WORKBOOK, 422, "invalid"),
        (b"a,b", "application/octet-stream", 422, "invalid"),
        (bytes(LARGEST_WORKBOOK + 1), WORKBOOK, 413, "body-too-large"),
        (bytes(2 * 1024 * 1024), WORKBOOK, 422, "invalid"),  # more than any other body, and judged
    ],
)
def test_what_is_no_workbook_is_refused(city: City, body: bytes, content_type: str, status: int, code: str) -> None:
    for path in ("/v1/orders/import", "/v1/orders/import/marked"):
        refused = sent(city, body, path=path, content_type=content_type)
        assert (refused.status, refused.json()["code"]) == (status, code)
