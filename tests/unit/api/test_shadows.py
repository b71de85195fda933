"""Shadow systems and waste as the API shows and settles them."""

from __future__ import annotations

from typing import Any

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.shadows import Shadow, ShadowKind, ShadowSubject
from cloudctl.domain.waste import Proposal, Saved, WasteKind
from cloudctl.ports.context import platform
from tests.unit.api.conftest import City

ZONE = {
    "kind": "dns",
    "source": "city.gov.cn",
    "taken_at": "2026-01-01T00:00:00Z",
    "records": [{"name": "pay.city.gov.cn", "type": "A", "value": "10.8.7.7"}],
}


def shadow(city: City, department: str | None, **changes: Any) -> str:
    with city.installation.context.unit_of_work(platform("test")) as uow:
        values: dict[str, Any] = {
            "id": new_id(), "kind": ShadowKind.UNREGISTERED, "subject": ShadowSubject.DNS_NAME, "subject_key": "k",
            "name": "pay", "department_id": None if department is None else city.uuid(department), "facts": {},
            "evidence": {}, "mark": "", "words": {"en": "A name.", "zh_CN": "域名。"},
            "next_step": {"en": "Ask.", "zh_CN": "查。"}, "found_at": uow.now, "created_at": uow.now,
        }  # fmt: skip
        made = Shadow(**values | changes)
        uow.shadows.add(made)
    return str(made.id)


def test_a_shadow_is_seen_by_its_department_and_settled_by_the_office(city: City) -> None:
    key = shadow(city, "fgw")
    rows = city.as_("officer").get("/v1/shadows?state=open&kind=unregistered&limit=500").json()["items"]
    assert key in {row["id"] for row in rows}
    told = city.as_("officer").get(f"/v1/shadows/{key}").json()
    assert told["shadow"]["acts"] == ["register", "clear", "dismiss"]
    body = {"reason": "非本平台域名", "until": "2090-01-01"}
    assert city.as_("officer").post(f"/v1/shadows/{key}/dismiss", body).status == 403
    assert city.as_("operator").post(f"/v1/shadows/{key}/dismiss", {"reason": ""}).status == 422
    done = city.as_("operator").post(f"/v1/shadows/{key}/dismiss", body)
    assert (done.status, done.json()["state"], done.json()["until_on"]) == (200, "dismissed", "2090-01-01")
    again = city.as_("operator").post(f"/v1/shadows/{key}/dismiss", body)
    assert (again.status, again.json()["code"]) == (409, "transition-refused")
    turns = city.as_("auditor").get(f"/v1/shadows/{key}").json()["turns"]
    assert [turn["state"] for turn in turns] == ["dismissed"]


def test_what_is_nobodys_is_the_offices(city: City) -> None:
    key = shadow(city, None)
    for who, status in (("officer", 404), ("stranger", 404), ("reviewer", 200), ("auditor", 200)):
        assert city.as_(who).get(f"/v1/shadows/{key}").status == status


def test_a_sweep_is_handed_in_once_and_names_what_is_wrong_with_it(city: City) -> None:
    assert city.as_("officer").post("/v1/shadows/sweeps", ZONE).status == 403
    made = city.as_("operator").post("/v1/shadows/sweeps", ZONE)
    assert (made.status, made.json()["count"]) == (201, 1)
    listed = city.as_("operator").get("/v1/shadows/sweeps?kind=dns").json()["items"]
    assert made.json()["id"] in {row["id"] for row in listed}
    for changes, field in (
        ({"records": [{"name": "x", "type": "A", "value": "y"}]}, "entries[0]"),
        ({"records": None}, "entries"),
        ({"records": None, "zone_file": "x A"}, "zone_file"),
        ({"taken_at": "2190-01-01T00:00:00Z"}, "taken_at"),
    ):
        refused = city.as_("operator").post("/v1/shadows/sweeps", ZONE | {"source": "other"} | changes)
        assert (refused.status, refused.json()["field"]) == (422, field), refused.json()
        assert refused.json()["way_out"]


def test_counts_keep_the_kinds_apart(city: City) -> None:
    assert city.as_("operator").post("/v1/shadows/scan", {}).status == 200
    rows = city.as_("auditor").get("/v1/shadows/counts").json()
    assert {row["kind"] for row in rows} <= {"unregistered", "duplicate"}
    assert city.as_("auditor").get("/v1/shadows/counts?date=2190-01-01").status == 422


def test_a_proposal_is_declined_by_its_owner_alone(city: City) -> None:
    with city.installation.context.unit_of_work(platform("test")) as uow:
        subject = new_id()
        made = Proposal(
            id=new_id(), kind=WasteKind.ORPHAN_DISK, cloud="cloud-a", zone="extranet", subject_id=subject,
            subject_kind="volume", name="data", department_id=city.uuid("fgw"), system_id=None, resource_id=subject,
            object_id=None, saved=Saved(disk_gib=500), saved_fen=300000, book_version=1, rules_version=1, facts={},
            mark="", words={"en": "It hangs on nothing.", "zh_CN": "游离。"}, next_step={}, found_at=uow.now,
            created_at=uow.now,
        )  # fmt: skip
        uow.waste.add(made)
    path = f"/v1/waste/{made.id}"
    told = city.as_("officer").get(path).json()
    assert (told["saved"]["disk_gib"], told["saved_fen"]) == (500, 300000)
    assert city.as_("stranger").get(path).status == 404
    assert city.as_("stranger").post(f"{path}/decline", {"reason": "x"}).status == 404
    assert city.as_("auditor").post(f"{path}/decline", {"reason": "x"}).status == 403
    assert city.as_("officer").post(f"{path}/decline", {"reason": "x", "until": "2190-01-01"}).status == 422
    done = city.as_("officer").post(f"{path}/decline", {"reason": "年终决算"})
    assert (done.status, done.json()["state"]) == (200, "declined")
    assert done.json()["not_before"]


def test_the_ledger_names_its_prices_and_sources(city: City) -> None:
    told = city.as_("auditor").get("/v1/savings/reclaimed").json()
    assert [one["source"] for one in told["sums"]] == ["clearing", "proposal", "order", "drift"]
    assert {one["amount"] for one in told["prices"]} == {"vcpu", "memory_mib", "disk_gib", "addresses"}
    assert all(one["source"]["zh_CN"] for one in told["prices"])
    assert city.as_("auditor").get("/v1/savings/reclaimed?from=2026-03-01&to=2026-01-01").status == 422
    assert city.as_("officer").get("/v1/savings/reclaimed").json()["scope"] == "fgw"
