"""Attachments and papers over HTTP: the bytes themselves, their limits, and how they come back."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from cloudctl.domain.attachments import LARGEST_BYTES
from tests.unit.api.conftest import City

PDF = b"%PDF-1.7\n" + bytes(2 * 1024 * 1024)  # larger than any other body may be
NAME = quote("批复.pdf")


def test_a_scan_goes_in_and_comes_back(city: City) -> None:
    order = city.order()
    officer = city.as_("officer")
    where = f"/v1/orders/{order['id']}/attachments?name={NAME}&document_number={quote('青发改〔2026〕12号')}"
    made = officer.request("POST", where, body=PDF, content_type="application/pdf")
    assert made.status == 201, made.body
    record = made.json()
    assert (record["media_type"], record["size_bytes"]) == ("application/pdf", len(PDF))
    assert officer.get(f"/v1/attachments?order_id={order['id']}").json()["items"] == [record]
    answer = officer.get(f"/v1/attachments/{record['id']}/content")
    assert answer.body == PDF
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{NAME}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert city.as_("stranger").get(f"/v1/attachments/{record['id']}/content").status == 404


@pytest.mark.parametrize(
    ("query", "body", "status", "field"),
    [
        ("name=scan.pdf", b"MZ a program", 422, "file"),
        ("name=scan.png", b"%PDF-1.7", 422, "name"),
        ("name=scan.pdf&stamped_by=x", b"%PDF-1.7", 422, "document_number"),
        ("", b"%PDF-1.7", 422, "name"),
    ],
)
def test_what_is_refused_names_its_field(city: City, query: str, body: bytes, status: int, field: str) -> None:
    order = city.order()
    where = f"/v1/orders/{order['id']}/attachments?{query}"
    refused = city.as_("officer").request("POST", where, body=body, content_type="application/pdf")
    problem = refused.json()
    assert (refused.status, problem.get("field") or problem["errors"][0]["field"]) == (status, field)
    assert city.as_("officer").get(f"/v1/attachments?order_id={order['id']}").json()["items"] == []


@pytest.mark.parametrize("declared", [True, False])
def test_a_scan_of_100_mb_is_refused(city: City, declared: bool) -> None:
    order = city.order()
    where = f"/v1/orders/{order['id']}/attachments?name=scan.pdf"
    body, length = (b"%PDF", str(100 * 2**20)) if declared else (bytes(LARGEST_BYTES + 1), "")
    refused = city.as_("officer").request(
        "POST", where, body=body, content_type="application/pdf", content_length=length
    )
    assert (refused.status, refused.json()["type"]) == (413, "/problems/body-too-large")


def test_a_repeated_upload_is_told_what_the_first_was(city: City) -> None:
    order = city.order()
    where = f"/v1/orders/{order['id']}/attachments?name=scan.pdf"
    sent = {"body": b"%PDF-1.7 once", "content_type": "application/pdf", "idempotency_key": "upload-1"}
    first, again = (city.as_("officer").request("POST", where, **sent) for _ in range(2))
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert len(city.as_("officer").get(f"/v1/attachments?order_id={order['id']}").json()["items"]) == 1


def test_other_bodies_stay_small(city: City) -> None:
    refused = city.as_("officer").request("POST", "/v1/orders", body=PDF, content_type="application/json")
    assert refused.status == 413


def test_the_form_is_printed_in_the_callers_language(city: City) -> None:
    order = city.order()
    printed = city.as_("officer", "zh").get(f"/v1/orders/{order['id']}/form.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.body.startswith(b"%PDF-")
    assert city.as_("stranger").get(f"/v1/orders/{order['id']}/form.pdf").status == 404
