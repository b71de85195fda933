"""Adoption over the API: rules, the dry run, the command, the sheet, the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.routes.imports import WORKBOOK
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, ObjectStatus, Source
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.ports.context import platform
from cloudctl.services import adopting, disowning
from tests.filled_sheets import filled_sheet, rows_of
from tests.unit.api.client import Answer
from tests.unit.api.conftest import City

PATH = "/v1/adoptions"


def seen(city: City, count: int = 2) -> tuple[str, list[str]]:
    """A project with servers in the inventory that nobody has ordered: its name, and the servers' native ids."""
    name = f"old-{uuid4().hex[:8]}"
    things = [
        CloudObject(
            kind=ObjectKind.SERVER, native_id=f"{name}-{number}", name=f"{name}-{number}", tenant="p1",
            tenant_name=name, status=ObjectStatus.ACTIVE, vcpu=2, memory_mib=4096, disk_gib=40,
        )
        for number in range(count)
    ]  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        news = Census("cloud-a", uow.inventory.known("cloud-a")).take(things)
        uow.inventory.write("cloud-a", news, source=Source.FULL)
        sync = Sync(cloud="cloud-a", mode=SyncMode.FULL, asked_at=uow.now)
        sync.start(uow.now)
        sync.end("finish", uow.now)
        uow.syncs.add(sync)
    return name, [thing.native_id for thing in things]


@pytest.fixture
def rule(city: City) -> Iterator[dict[str, Any]]:
    name, _ = seen(city)
    body = {
        "code": name, "matches": {"folder": name}, "department_id": city.ids["fgw"], "system_id": city.ids["spt"],
        "term_months": 12, "contact": "李 0532-1",
    }  # fmt: skip
    made = city.made("admin", "/v1/adoption-rules", body)
    yield made
    city.as_("admin").delete(f"/v1/adoption-rules/{made['id']}")


def recorded(city: City, adoption: dict[str, Any]) -> UUID:
    """What the saga's first step does; nothing runs sagas here. Answers the adoption's id."""
    key = UUID(adoption["id"])
    while adopting.record_chunk(city.installation.context, key):
        pass
    return key


def sheet(city: City, path: str, data: bytes, media: str = WORKBOOK) -> Answer:
    return city.as_("admin").request("POST", f"{PATH}/import{path}", body=data, content_type=media)


def test_a_rule_is_listed_and_removed(city: City, rule: dict[str, Any]) -> None:
    rows = city.as_("auditor").get(f"/v1/adoption-rules?code={rule['code']}").json()["items"]
    assert [(row["id"], row["matches"]) for row in rows] == [(rule["id"], {"folder": rule["code"]})]
    assert city.as_("operator").delete(f"/v1/adoption-rules/{rule['id']}").status == 403
    assert city.as_("admin").delete(f"/v1/adoption-rules/{rule['id']}").status == 200
    assert city.as_("auditor").get(f"/v1/adoption-rules?code={rule['code']}").json()["items"] == []


def test_a_rule_of_an_unknown_criterion_is_refused_by_its_field(city: City) -> None:
    body = {
        "code": "x", "matches": {"colour": "red"}, "department_id": city.ids["fgw"], "system_id": city.ids["spt"],
        "term_months": 12,
    }  # fmt: skip
    answer = city.as_("admin").post("/v1/adoption-rules", body)
    assert (answer.status, answer.json()["errors"][0]["field"][:7]) == (422, "matches")


def test_the_dry_run_lists_takes_and_bookings_and_keeps_nothing(city: City, rule: dict[str, Any]) -> None:
    before = city.as_("auditor").get(PATH).json()["items"]
    plan = city.as_("reviewer").post(f"{PATH}/plan", {"rules": [rule["code"]]}).json()
    assert plan["taken"] == {rule["code"]: 2}
    assert {(take["department"], take["system"], take["zone"]) for take in plan["takes"]} == {
        ("fgw", "spt", "extranet")
    }
    assert {line["dimension"]: line["amount"] for line in plan["bookings"]} == {
        "vcpu": 4, "memory_mib": 8192, "volume_gib": 80, "servers": 2,
    }  # fmt: skip
    assert city.as_("auditor").get(PATH).json()["items"] == before


def test_the_command_answers_at_once_and_the_same_key_makes_no_second_adoption(
    city: City, rule: dict[str, Any]
) -> None:
    office = city.as_("admin")
    digest = office.post(f"{PATH}/plan", {"rules": [rule["code"]]}).json()["digest"]
    stale = office.post(PATH, {"rules": [rule["code"]], "digest": "0" * 16})
    assert (stale.status, stale.json()["field"]) == (409, "digest")
    body, key = {"rules": [rule["code"]], "digest": digest}, uuid4().hex
    answers = [office.post(PATH, body, idempotency_key=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    first, second = (answer.json() for answer in answers)
    assert first == second
    assert (first["state"], first["rules"], first["number"][:2]) == ("running", [rule["code"]], "NG")
    shown = city.as_("operator").get(f"{PATH}/{first['id']}").json()
    assert shown["takings"] == {"planned": 2}
    recorded(city, first)
    rows = city.as_("auditor").get(f"/v1/takings?adoption_id={first['id']}").json()["items"]
    assert {(row["state"], row["contact"]) for row in rows} == {("recorded", "李 0532-1")}
    server = city.as_("officer").get(f"/v1/servers/{rows[0]['id']}").json()
    assert (server["order_id"], server["adoption_id"], server["network_id"]) == (None, first["id"], None)
    listed = city.as_("officer").get(f"/v1/servers?adoption_id={first['id']}").json()["items"]
    assert len(listed) == 2
    row = city.as_("auditor").get(f"{PATH}?number={first['number']}").json()["items"][0]
    assert (row["takes"], row["adopted"]) == (2, 2)


def test_a_sheet_is_fetched_rehearsed_imported_and_its_rejected_rows_come_back(city: City) -> None:
    _, natives = seen(city, 2)
    office = city.as_("admin")
    blank = office.get("/v1/adoption-form.xlsx")
    assert blank.status == 200
    row = {"cloud": "cloud-a", "department": "fgw", "system": "spt", "term_months": 12, "contact": "李"}
    wanted = [{**row, "native_id": native} for native in [*natives, "no-such"]]
    data = filled_sheet(blank.body, wanted)
    tried = sheet(city, "?dry_run=true", data)
    assert (tried.status, tried.json()["adoption"], len(tried.json()["plan"]["takes"])) == (200, None, 2)
    done = sheet(city, "", data)
    assert done.status == 202, done.body
    receipt = done.json()
    assert (receipt["rows"], receipt["adoption"]["rejected"]) == (3, 1)
    assert "no-such" in receipt["rejected"][0]["reason"]
    returned = office.get(f"{PATH}/{receipt['adoption']['id']}/rejected.xlsx")
    assert [line["云内编号"] for line in rows_of(returned.body)] == ["no-such"]
    assert sheet(city, "", b"nonsense").status == 422
    assert sheet(city, "", b"{}", "application/json").status == 415


def test_an_adoption_is_undone_with_a_reason_once(city: City, rule: dict[str, Any]) -> None:
    adoption = city.made("admin", PATH, {"rules": [rule["code"]]})
    key, office, where = recorded(city, adoption), city.as_("admin"), f"{PATH}/{adoption['id']}/undo"
    assert office.post(where, {"reason": "r"}).json()["code"] == "transition-refused"
    with city.installation.context.unit_of_work(platform("test")) as uow:
        uow.adoptions.lock(key).advance("park")
    assert city.as_("operator").post(where, {"reason": "r"}).status == 403
    assert office.post(where, {}).status == 422
    undone = office.post(where, {"reason": "错归单位"})
    assert (undone.status, undone.json()["state"]) == (202, "undoing")
    disowning.withdraw(city.installation.context, key)
    assert city.as_("auditor").get(f"{PATH}/{key}").json()["takings"] == {"withdrawn": 2}
