"""Telemetry through the API: files handed in, days asked for, coverage, one server; and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source, object_id
from cloudctl.ports.context import platform
from tests.unit.api.conftest import City

CLOUD = "cloud-a"


def day(city: City, back: int) -> str:
    return (city.installation.context.clock.now().astimezone(UTC) - timedelta(days=back)).date().isoformat()


def servers(city: City, *names: str) -> list[str]:
    """Servers that the cloud has; their inventory objects' ids."""
    things = [CloudObject(kind=ObjectKind.SERVER, native_id=f"t-{name}", name=name) for name in names]
    with city.installation.context.unit_of_work(platform("test")) as uow:
        uow.inventory.write(CLOUD, Census(CLOUD, uow.inventory.known(CLOUD)).take(things), source=Source.FULL)
    return [str(object_id(CLOUD, "server", f"t-{name}")) for name in names]


def points(city: City, *names: str, back: int = 3) -> bytes:
    begin = datetime.fromisoformat(f"{day(city, back)}T00:00:00+00:00")
    lines = ["vm,ts,metric,value"]
    lines += [
        f"{name},{(begin + timedelta(minutes=5 * n)).isoformat()},{metric},{value}"
        for name in names
        for metric, value in (("cpu_percent", 4), ("network_kib_s", 2))
        for n in range(288)
    ]
    return "\n".join(lines).encode()


def hand_in(city: City, content: bytes, who: str = "admin", *, query: str = f"cloud={CLOUD}&source=export"):  # type: ignore[no-untyped-def]
    headers = {"content_type": "application/octet-stream"}
    return city.as_(who).request("POST", f"/v1/telemetry/files?{query}", body=content, **headers)


def test_a_file_is_taken_and_covers_its_servers(city: City) -> None:
    key, other = servers(city, "tele-1", "tele-2")
    answer = hand_in(city, points(city, "tele-1", "stranger"))
    assert answer.status == 201, answer.body
    taken = answer.json()
    assert (taken["servers"], taken["samples"], taken["unknown"]) == (1, 576, ["stranger"])
    again = hand_in(city, points(city, "tele-1")).json()
    assert (again["samples"], again["stored"]) == (0, 576)
    auditor = city.as_("auditor")
    page = auditor.get(f"/v1/telemetry/coverage?name=tele-*&limit=1&first={day(city, 3)}&last={day(city, 3)}").json()
    (row,) = page["items"]
    assert (row["id"], row["cpu"], row["memory"], row["days"]) == (key, 1.0, 0.0, 1)
    (rest,) = auditor.get(f"/v1/telemetry/coverage?name=tele-*&cursor={page['next']}").json()["items"]
    assert (rest["id"], rest["samples"], rest["newest"]) == (other, 0, None)
    known = auditor.get(f"/v1/telemetry/servers/{key}").json()
    assert known["days"][0]["cpu_percent"] == pytest.approx(4.0)
    assert known["days"][0]["network_mib"] == pytest.approx(2 * 86_400 / 1024)
    assert known["days"][0]["logins"] is None
    assert known["coverage"]["sources"] == ["file:export"]
    (source,) = [one for one in auditor.get("/v1/telemetry/sources").json() if one["name"] == "file:export"]
    assert (source["kind"], source["newest"]["state"]) == ("file", "complete")
    (read,) = auditor.get(f"/v1/telemetry/reads?source=file:export&first={day(city, 9)}").json()
    assert (read["day"], read["stored"], read["unmatched"]) == (day(city, 3), 576, 0)
    events = auditor.get("/v1/audit?target_kind=telemetry").json()["items"]
    assert {event["action"] for event in events} == {"create/telemetry"}


def test_a_repetition_is_answered_as_before(city: City) -> None:
    servers(city, "tele-5")
    told = [
        city.as_("admin").request(
            "POST",
            f"/v1/telemetry/files?cloud={CLOUD}&source=twice",
            body=points(city, "tele-5"),
            content_type="application/octet-stream",
            idempotency_key="points-once",
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in told] == [201, 201]
    assert told[0].json() == told[1].json()
    assert (told[1].json()["samples"], told[1].headers.get("idempotent-replayed")) == (576, "true")


def test_what_is_wrong_with_a_file_is_said(city: City) -> None:
    servers(city, "tele-3")
    problem = hand_in(city, b"vm,ts,metric\na,2026-01-01T00:00:00Z,cpu_percent\n")
    assert problem.status == 422
    assert problem.json()["field"] == "value"
    problem = hand_in(city, points(city, "nobody-here"))
    assert (problem.status, problem.json()["field"]) == (422, "cloud")
    assert hand_in(city, points(city, "tele-3"), query=f"cloud={CLOUD}").status == 422
    assert hand_in(city, points(city, "tele-3"), "officer").status == 403
    assert city.as_("auditor").get("/v1/telemetry/coverage?name=tele-3").json()["items"][0]["samples"] == 0


def test_days_are_asked_for_by_who_may(city: City) -> None:
    asked = {"first": day(city, 2), "last": day(city, 1)}
    answer = city.as_("admin").post("/v1/telemetry/reads", asked)
    assert answer.status in {202, 404}, answer.body
    assert city.as_("officer").post("/v1/telemetry/reads", asked).status == 403
    assert city.as_("admin").post("/v1/telemetry/reads", {**asked, "source": "nagios"}).status == 404
    if answer.status == 202:
        assert city.as_("admin").post("/v1/telemetry/reads", {**asked, "last": day(city, -1)}).status == 422


def test_a_department_sees_its_own_servers_only(city: City) -> None:
    (key,) = servers(city, "tele-4")
    officer = city.as_("officer")
    assert officer.get("/v1/telemetry/coverage?name=tele-4").json()["items"] == []
    assert officer.get(f"/v1/telemetry/servers/{key}").status == 404
    assert city.as_("auditor").get(f"/v1/telemetry/servers/{key}").status == 200
    assert city.as_("auditor").get(f"/v1/telemetry/servers/{uuid4()}").status == 404


@pytest.mark.parametrize("wrong", ["colour=red", "limit=0", "first=2026-02-01&last=2026-01-01", "first=2001-01-01"])
def test_what_cannot_be_listed_is_refused(city: City, wrong: str) -> None:
    assert city.as_("auditor").get(f"/v1/telemetry/coverage?{wrong}").status == 422
