"""The register as workbooks over HTTP: fetched, handed in, watched, and given back with its faults."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from api.routes.imports import WORKBOOK
from api.uploads import LARGEST_WORKBOOK
from cloudctl.domain.forms import FAULTS
from cloudctl.domain.register_sheets import SHEETS
from tests.filled_sheets import filled_sheet, rows_of
from tests.unit.api.conftest import City

SYSTEMS = SHEETS["systems"].sheet
PATH = "/v1/register-forms/systems"


def row(**more: Any) -> dict[str, Any]:
    return {
        "code": f"r{uuid4().hex[:8]}", "name": "公文系统", "department_id": "fgw", "mlps_level": 2, "status": "在用",
        "no_state_secrets": "是", **more,
    }  # fmt: skip


def fetched(city: City, query: str = "", who: str = "officer") -> bytes:
    answer = city.as_(who).get(f"{PATH}.xlsx{query}")
    assert (answer.status, answer.headers["content-type"]) == (200, WORKBOOK), answer.body
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('信息系统清单.xlsx')}"
    return answer.body


def sent(city: City, body: bytes, query: str = "", *, who: str = "officer", way: str = "import", **more: str) -> Any:
    return city.as_(who).request("POST", f"{PATH}/{way}{query}", body=body, **{"content_type": WORKBOOK, **more})


def code_of(city: City, code: str) -> list[Any]:
    return city.as_("admin").get(f"/v1/systems?code={code}").json()["items"]  # type: ignore[no-any-return]


def test_a_sheet_is_fetched_filled_taken_in_and_exported(city: City) -> None:
    wanted = row(declared_zombie="是", use_frequency="每日")
    data = filled_sheet(fetched(city), [wanted], SYSTEMS)
    rehearsed = sent(city, data, "?dry_run=true")
    assert (rehearsed.status, rehearsed.json()["rehearsal"], code_of(city, wanted["code"])) == (200, True, [])
    answer = sent(city, data)
    receipt = answer.json()
    assert (answer.status, receipt["added"], receipt["unchanged"], receipt["noun"]) == (201, 1, 0, "systems")
    assert [doubt["reason"] for doubt in receipt["doubts"]] == ["It is declared a zombie system, and used daily."]
    assert len(code_of(city, wanted["code"])) == 1
    assert sent(city, data).json()["unchanged"] == 1
    exported = rows_of(fetched(city, "?filled=true"), SYSTEMS)
    assert wanted["code"] in {line["系统编号"] for line in exported}
    assert fetched(city, "?as_of=2020-01-01")
    assert rows_of(fetched(city, "?as_of=2020-01-01"), SYSTEMS) == []


def test_the_same_request_is_carried_out_once(city: City) -> None:
    data = filled_sheet(fetched(city), [row()], SYSTEMS)
    first, second = (sent(city, data, idempotency_key="sheet-once") for _ in range(2))
    assert (first.status, second.status, second.headers.get("idempotent-replayed")) == (201, 201, "true")
    assert first.json() == second.json()


def events(body: bytes) -> list[tuple[str, Any]]:
    found = []
    for block in body.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_who_asks_for_it_is_told_how_far_it_is(city: City) -> None:
    data = filled_sheet(fetched(city), [row()], SYSTEMS)
    answer = sent(city, data, accept="text/event-stream", idempotency_key="sheet-watched")
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    told = events(answer.body)
    assert [data["stage"] for name, data in told if name == "progress"] == ["read", "checked", "written"]
    assert (told[-1][0], told[-1][1]["status"], told[-1][1]["body"]["added"]) == ("answer", 201, 1)
    again = sent(city, data, idempotency_key="sheet-watched")
    assert (again.headers.get("idempotent-replayed"), again.json()) == ("true", told[-1][1]["body"])


def test_a_refusal_is_the_last_event(city: City) -> None:
    data = filled_sheet(fetched(city), [row(mlps_level=7)], SYSTEMS)
    ((name, last),) = events(sent(city, data, accept="text/event-stream").body)[-1:]
    assert (name, last["status"], last["body"]["code"]) == ("answer", 422, "form-invalid")
    assert last["body"]["errors"][0]["detail"] == "7 is not between 1 and 5."


def test_faults_are_listed_by_cell_and_marked_in_the_readers_language(city: City) -> None:
    data = filled_sheet(fetched(city), [row(), row(built_on="明年")], SYSTEMS)
    refused = sent(city, data)
    place = f"信息系统清单!{SYSTEMS.letters['built_on']}5"
    assert (refused.status, [error["field"] for error in refused.json()["errors"]]) == (422, [place])
    marked = sent(city, data, way="import/marked")
    assert marked.status == 200
    book = load_workbook(BytesIO(marked.body))
    assert book.sheetnames[0] == FAULTS
    words = {cell.coordinate: cell.comment.text for line in book["信息系统清单"] for cell in line if cell.comment}
    assert words == {place.partition("!")[2]: "明年 is not a date.\nWrite it as 2027-01-15."}
    clean = filled_sheet(fetched(city), [row()], SYSTEMS)
    assert sent(city, clean, way="import/marked").body == clean


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/register-forms/volumes.xlsx", 404), (f"{PATH}.xlsx?as_of=soon", 422)]
)
def test_what_there_is_no_sheet_of(city: City, path: str, status: int) -> None:
    assert city.as_("officer").get(path).status == status


def test_what_is_no_sheet_or_too_large(city: City) -> None:
    assert sent(city, b"nonsense").json()["field"] == "body"
    assert sent(city, b"{}", content_type="application/json").status == 415
    assert sent(city, b"x" * (LARGEST_WORKBOOK + 1)).status == 413
    assert sent(city, b"", who="auditor").status == 403


def test_duplicates_are_offered_with_their_signs(city: City) -> None:
    one, other = row(name="不动产登记平台（二期）"), row(name="不动产登记系统")
    assert sent(city, filled_sheet(fetched(city), [one, other], SYSTEMS)).status == 201
    pairs = city.as_("officer").get("/v1/systems/duplicates").json()
    (found,) = [pair for pair in pairs if {pair["first"], pair["second"]} == {one["code"], other["code"]}]
    assert found["score"] == 75
    assert found["signs"] == [
        "Without their common endings the names are the same: 不动产登记.",
        "Both belong to the same department.",
    ]
    assert city.as_("officer").get("/v1/systems/duplicates?least=76").json() == []
    assert city.as_("stranger").get("/v1/systems/duplicates").json() == []
