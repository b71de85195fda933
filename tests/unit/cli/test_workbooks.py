from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

WORKBOOK = b"PK\x03\x04 a workbook"
MARKED = b"PK\x03\x04 marked"
TAKEN = {
    "id": None, "number": "2026-000007", "title": "OA 上云", "system": "oa", "zone": "extranet", "rows": 41,
    "servers": 40, "state": "submitted",
}  # fmt: skip
RECEIPT = {
    "digest": "d", "department": "fgw", "applicant": "李", "rehearsal": False, "lists_changed": False,
    "orders": [TAKEN],
}  # fmt: skip
FAULTS = problem(
    "form-invalid", 422, "The form has faults", "Faults in the form: 1. Nothing was created.",
    errors=[{"field": "资源清单!D7", "detail": "两台 is not a whole number.", "code": "invalid"}],
)  # fmt: skip


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "form.xlsx"
    path.write_bytes(WORKBOOK)
    return path


def test_the_form_is_fetched(logged_in: Cloudctl, api: FakeApi, home: Path) -> None:
    api.on("GET", "/v1/order-form.xlsx", Reply(raw=WORKBOOK))
    ended = logged_in("orders", "form", "-o", "new.xlsx", "--on-behalf", "fgw")
    assert (ended.code, ended.out) == (0, "Written: new.xlsx\n")
    assert (home / "new.xlsx").read_bytes() == WORKBOOK
    assert api.asked[-1].query == {"on_behalf": "fgw"}


def test_a_filled_form_is_handed_in(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    api.on("POST", "/v1/orders/import", Reply(201, RECEIPT))
    ended = logged_in("orders", "import", str(file), "--submit", "--again")
    assert ended.code == 0
    assert "2026-000007" in ended.out
    (asked,) = api.of("POST", "/v1/orders/import")
    assert (asked.body, asked.query) == (WORKBOOK, {"submit": "true", "again": "true"})
    assert asked.headers["content-type"].endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("form", "found"), [("json", '"rehearsal": true'), ("csv", "number,"), ("table", "rehearsal.")]
)
def test_a_rehearsal_says_so(logged_in: Cloudctl, api: FakeApi, file: Path, form: str, found: str) -> None:
    api.on("POST", "/v1/orders/import", RECEIPT | {"rehearsal": True, "lists_changed": form == "table"})
    ended = logged_in("orders", "import", str(file), "--dry-run", "-o", form)
    assert (ended.code, found in ended.out) == (0, True)
    assert ("fetch a new one" in ended.err) == (form == "table")
    assert api.asked[-1].query == {"dry_run": "true"}


@pytest.mark.parametrize("target", [None, "wrong.xlsx"])
def test_faults_are_listed_and_the_form_comes_back_marked(
    logged_in: Cloudctl, api: FakeApi, file: Path, target: str | None
) -> None:
    api.on("POST", "/v1/orders/import", Reply(422, FAULTS))
    api.on("POST", "/v1/orders/import/marked", Reply(raw=MARKED))
    more = ["--returned", target] if target else []
    ended = logged_in("orders", "import", str(file), "--on-behalf", "fgw", *more)
    assert ended.code == 2
    assert "资源清单!D7: 两台 is not a whole number." in ended.err
    written = file.with_name(target or "form-marked.xlsx")
    assert (written.read_bytes(), written.name in ended.err) == (MARKED, True)
    assert api.asked[-1].query == {"on_behalf": "fgw"}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(422, problem("invalid", 422, "A value is not acceptable", "This is no .xlsx workbook")),
        Reply(raw=WORKBOOK),
        Reply(drop=True),
    ],
)
def test_without_marks_the_refusal_stands_alone(logged_in: Cloudctl, api: FakeApi, file: Path, answer: Reply) -> None:
    api.on("POST", "/v1/orders/import", Reply(409, problem("conflict", 409, "Not possible now", "imported already")))
    api.on("POST", "/v1/orders/import/marked", answer)
    ended = logged_in("orders", "import", str(file))
    assert (ended.code, "imported already" in ended.err) == (4, True)
    assert [path.name for path in file.parent.glob("*.xlsx")] == ["form.xlsx"]
