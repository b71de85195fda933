from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudctl.cli import register_sheets
from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

PATH = "/v1/register-forms/systems"
WORKBOOK = b"PK\x03\x04 a workbook" * 10_000
DOUBT = {"cell": "信息系统清单!N4", "reason": "It is odd.", "way_out": "Mend it."}
RECEIPT = {
    "noun": "systems", "digest": "d", "rehearsal": False, "rows": 3, "added": 1, "altered": 1, "unchanged": 1,
    "doubts": [DOUBT],
}  # fmt: skip
FAULTS = problem(
    "form-invalid", 422, "The form has faults", "Faults in the form: 1.",
    errors=[{"field": "信息系统清单!E7", "detail": "9 is not between 1 and 5.", "code": "invalid"}],
)  # fmt: skip


def watched(status: int, body: object) -> Reply:
    events = [("progress", {"stage": "read", "done": 3, "total": 3}), ("answer", {"status": status, "body": body})]
    raw = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    return Reply(raw=raw.encode(), headers={"Content-Type": "text/event-stream"})


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "systems.xlsx"
    path.write_bytes(WORKBOOK)
    return path


@pytest.mark.parametrize(
    ("given", "query"),
    [
        (("form",), {}),
        (("export",), {"filled": "true"}),
        (("export", "--as-of", "2026-06-30"), {"filled": "true", "as_of": "2026-06-30"}),
    ],
)
def test_a_sheet_is_fetched(
    logged_in: Cloudctl, api: FakeApi, home: Path, given: tuple[str, ...], query: dict[str, str]
) -> None:
    api.on("GET", f"{PATH}.xlsx", Reply(raw=WORKBOOK))
    ended = logged_in("systems", *given, "-o", "new.xlsx")
    assert (ended.code, ended.out) == (0, "Written: new.xlsx\n")
    assert ((home / "new.xlsx").read_bytes(), api.asked[-1].query) == (WORKBOOK, query)


def test_a_sheet_is_taken_in_and_what_came_of_it_told(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    api.on("POST", f"{PATH}/import", watched(201, RECEIPT))
    ended = logged_in("systems", "import", str(file))
    assert (ended.code, "As they were" in ended.out) == (0, True)
    assert "信息系统清单!N4: It is odd. Mend it." in ended.err
    (asked,) = api.asked
    assert (asked.body, asked.headers["accept"]) == (WORKBOOK, "text/event-stream")
    assert asked.headers["content-length"] == str(len(WORKBOOK))
    assert asked.headers["idempotency-key"]


def test_programs_get_all_of_it(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    api.on("POST", f"{PATH}/import", watched(200, RECEIPT | {"rehearsal": True}))
    ended = logged_in("systems", "import", str(file), "--dry-run", "-o", "json")
    assert (ended.code, json.loads(ended.out)["doubts"]) == (0, [DOUBT])
    assert api.asked[-1].query == {"dry_run": "true"}


def test_a_lost_connection_is_taken_up_under_the_same_key(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    api.on("POST", f"{PATH}/import", Reply(drop=True), Reply(201, RECEIPT))
    assert logged_in("systems", "import", str(file)).code == 0
    first, second = api.of("POST", f"{PATH}/import")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_faults_are_listed_and_the_sheet_comes_back_marked(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    api.on("POST", f"{PATH}/import", watched(422, FAULTS))
    api.on("POST", f"{PATH}/import/marked", Reply(raw=b"PK marked"))
    ended = logged_in("systems", "import", str(file))
    assert ended.code == 2
    assert "信息系统清单!E7: 9 is not between 1 and 5." in ended.err
    assert file.with_name("systems-marked.xlsx").read_bytes() == b"PK marked"


def test_what_is_no_sheet_is_told_alone(logged_in: Cloudctl, api: FakeApi, file: Path) -> None:
    wrong = problem("invalid", 422, "A value is not acceptable", "This workbook is not the sheet 信息系统清单.")
    api.on("POST", f"{PATH}/import", watched(422, wrong))
    api.on("POST", f"{PATH}/import/marked", Reply(422, wrong))
    ended = logged_in("systems", "import", str(file))
    assert (ended.code, "not the sheet" in ended.err, "marked" in ended.err) == (2, True, False)


def test_a_file_that_is_too_large_is_not_sent(
    logged_in: Cloudctl, api: FakeApi, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_sheets, "LARGEST_BYTES", 100)
    ended = logged_in("systems", "import", str(file))
    assert (ended.code, "Split it" in ended.err, api.asked) == (2, True, [])


def test_duplicates_are_listed(logged_in: Cloudctl, api: FakeApi) -> None:
    pair = {
        "first": "a", "first_name": "甲", "second": "b", "second_name": "乙", "score": 75,
        "signs": ["Both belong to the same department."],
    }  # fmt: skip
    api.on("GET", "/v1/systems/duplicates", [pair])
    ended = logged_in("systems", "duplicates", "--least", "60")
    assert (ended.code, api.asked[-1].query) == (0, {"least": "60"})
    assert "Both belong to the same department." in ended.out
