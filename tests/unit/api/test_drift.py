"""Findings of drift as the API shows and resolves them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from cloudctl.domain.drift import DriftKind, News, finding_id, mark_of
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from tests.unit.api.conftest import City, health


def finding(city: City, department: str | None, kind: DriftKind = DriftKind.OWNERLESS, **changes: Any) -> str:
    """A finding on record about something of a department, or of nobody."""
    subject = uuid4()
    key = finding_id("cloud-a", kind, subject)
    values: dict[str, Any] = {
        "id": key,
        "kind": kind,
        "subject_id": subject,
        "subject_kind": "server",
        "name": "oa-1",
        "object_id": None,
        "resource_id": None,
        "department_id": None if department is None else city.uuid(department),
        "facts": {"why": "system"},
        "evidence": {},
        "mark": mark_of({}),
        "words": {"en": "It has nobody.", "zh_CN": "无人。"},
        "next_step": {"en": "Find one.", "zh_CN": "找。"},
    }
    with city.installation.context.unit_of_work(platform("test")) as uow:
        uow.drift.open("cloud-a", new_id(), [News(**values | changes)])
    return str(key)


def test_a_finding_is_seen_by_its_department_and_decided_by_the_operators(city: City) -> None:
    key = finding(city, "fgw")
    rows = city.as_("officer").get("/v1/drift?kind=ownerless&state=open").json()["items"]
    row = next(row for row in rows if row["id"] == key)
    assert (row["words"]["en"], row["department_id"]) == ("It has nobody.", str(city.ids["fgw"]))
    assert row["stale"] == (health(city, "cloud-a") != "fresh")
    shown = city.as_("officer").get(f"/v1/drift/{key}")
    assert shown.json()["acts"] == ["accept"]
    body = {"by": "accept", "reason": "已有人接手"}
    assert city.as_("officer").post(f"/v1/drift/{key}/resolve", body).status == 403
    done = city.as_("operator").post(f"/v1/drift/{key}/resolve", body)
    assert (done.status, done.json()["state"], done.json()["reason"]) == (200, "resolved", "已有人接手")
    again = city.as_("operator").post(f"/v1/drift/{key}/resolve", body)
    assert (again.status, again.json()["code"]) == (409, "transition-refused")


def test_what_is_nobodys_is_the_offices(city: City) -> None:
    key = finding(city, None, DriftKind.UNKNOWN)
    for who, status in (("officer", 404), ("stranger", 404), ("reviewer", 200), ("auditor", 200)):
        assert city.as_(who).get(f"/v1/drift/{key}").status == status
    assert key not in {row["id"] for row in city.as_("officer").get("/v1/drift?limit=500").json()["items"]}


def test_an_act_that_the_kind_does_not_allow_names_those_that_it_does(city: City) -> None:
    key = finding(city, "fgw")
    answer = city.as_("operator").post(f"/v1/drift/{key}/resolve", {"by": "restore", "reason": "x"})
    assert (answer.status, answer.json()["field"]) == (409, "by")
    assert "accept" in answer.json()["way_out"]
    assert city.as_("operator").post(f"/v1/drift/{key}/resolve", {"by": "burn", "reason": "x"}).status == 422
    assert city.as_("operator").post(f"/v1/drift/{key}/resolve", {"by": "accept", "reason": " "}).status == 422


def test_open_findings_are_counted_by_kind(city: City) -> None:
    def count() -> float:
        return city.installation.context.queries.gauges(city.installation.context.clock.now())[
            'cloudctl_drift_findings{kind="orphan"}'
        ]

    before = count()
    key = finding(city, None, DriftKind.ORPHAN)
    assert count() == before + 1
    city.as_("operator").post(f"/v1/drift/{key}/resolve", {"by": "accept", "reason": "x"})
    assert count() == before
    assert UUID(key)
