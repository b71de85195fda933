"""`/v1/playbooks` and `/v1/runs`: who may, what is kept, the log as a stream. Nothing is played here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.main import create_app
from api.run_streams import RunFeed
from api.streams import Streams
from cloudctl.domain.runs import Played, RunBatch, RunEvent
from cloudctl.ports.automation import KeptFile
from cloudctl.services import run_plays
from tests.factories import Installed
from tests.locally import hosts_of, run_city
from tests.unit.api.client import Client


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with run_city(tmp_path_factory.mktemp("runs")) as made:
        yield made


@pytest.fixture(scope="module")
def host(city: Installed) -> str:
    return str(hosts_of(city, 1)[0])


@pytest.fixture(scope="module")
def client(city: Installed) -> Iterator[Client]:
    app = create_app(city.ctx)
    app.state.run_streams = Streams(
        city.ctx.queries, app.state.metrics.streams, feed=RunFeed, poll_s=0.02, heartbeat_s=5
    )
    with Client(app, city.secrets["operator"]) as made:
        yield made


def asked(host: str, **changes: Any) -> dict[str, Any]:
    arguments = {"say_hello_words": "hi", "say_hello_directory": "/tmp"}
    return {"playbook": "say_hello", "hosts": [host], "arguments": arguments} | changes


@pytest.fixture
def run(client: Client, host: str) -> dict[str, Any]:
    """Its turn has come; nobody plays it."""
    made = client.post("/v1/runs", asked(host)).json()
    yield made
    run_plays.park(client.app.state.ctx, UUID(made["id"]), "the test is over")


def line(text: str, kind: str = "line") -> RunEvent:
    return RunEvent(at=datetime.now(UTC), kind=kind, text=text)


def test_playbooks_are_listed_with_what_they_take(client: Client) -> None:
    listed = client.get("/v1/playbooks").json()
    assert "say_hello" in [one["name"] for one in listed]
    one = client.get("/v1/playbooks/count_up").json()
    assert (one["repeat"], one["approval"], len(one["digest"])) == ("unsafe", "office", 64)
    assert client.get("/v1/playbooks/none").status == 404


def test_a_run_is_asked_for_once_and_listed_for_its_host(client: Client, host: str) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = client.post("/v1/runs", asked(host), **key)
    assert first.status == 201
    made = first.json()
    assert made["state"] == "running"
    assert list(made["names"]) == [host]
    rows = client.get(f"/v1/runs?host_id={host}&playbook=say_hello").json()["items"]
    assert made["id"] in [row["id"] for row in rows]
    assert client.get(f"/v1/runs?host_id={uuid4()}").json()["items"] == []
    assert client.post(f"/v1/runs/{made['id']}/cancel", {"reason": "x"}).json()["state"] == "stopping"
    run_plays.end(client.app.state.ctx, UUID(made["id"]), Played(outcome="cancelled"))
    assert client.get(f"/v1/runs/{made['id']}").json()["state"] == "cancelled"


def test_bad_input_names_the_field_and_changes_nothing(client: Client, city: Installed, host: str) -> None:
    before = city.rows()
    for changes, field in (
        ({"playbook": "none"}, "playbook"),
        ({"hosts": [str(uuid4())]}, None),
        ({"hosts": [host, host]}, "hosts"),
        ({"arguments": {}}, "arguments.say_hello_words"),
        ({"arguments": {"say_hello_words": "x", "say_hello_directory": "/", "x": 1}}, "arguments.x"),
        ({"surprise": 1}, "surprise"),
    ):
        refused = client.post("/v1/runs", asked(host, **changes))
        assert 400 <= refused.status < 500, changes
        assert refused.json().get("field") == field or field is None
    assert city.rows() == before


def test_departments_have_no_part_in_it(client: Client, city: Installed, host: str, run: dict[str, Any]) -> None:
    officer = client.using(city.secrets["officer"])
    for path in ("/v1/runs", "/v1/playbooks", f"/v1/runs/{run['id']}", f"/v1/runs/{run['id']}/events"):
        assert officer.get(path).status == 403, path
    assert officer.post("/v1/runs", asked(host)).status == 403
    auditor = client.using(city.secrets["auditor"])
    assert auditor.get(f"/v1/runs/{run['id']}").status == 200
    assert auditor.post(f"/v1/runs/{run['id']}/cancel", {}).status == 403


def test_leave_is_given_by_another_person(client: Client, city: Installed, host: str) -> None:
    body = asked(host, playbook="count_up", arguments={"count_up_file": "/tmp/x", "count_up_until": "/tmp/y"})
    made = client.post("/v1/runs", body).json()
    assert made["state"] == "asked"
    assert client.post(f"/v1/runs/{made['id']}/approve", {}).status == 403
    office = client.using(city.secrets["office-admin"])
    agreed = office.post(f"/v1/runs/{made['id']}/approve", {"reason": "窗口期"}).json()
    assert agreed["approved_by"] == str(city.ids["office-admin"])
    assert agreed["state"] in {"running", "queued"}
    assert office.post(f"/v1/runs/{made['id']}/approve", {}).status == 409
    client.post(f"/v1/runs/{made['id']}/cancel", {})
    run_plays.end(city.ctx, UUID(made["id"]), Played(outcome="cancelled"))


def test_the_log_is_a_stream_that_goes_on_where_it_broke_off(
    client: Client, city: Installed, run: dict[str, Any]
) -> None:
    key, path = UUID(run["id"]), f"/v1/runs/{run['id']}"
    run_plays.say(city.ctx, key, RunBatch(events=(line("one"), line("two")), dropped=7))
    stream = client.stream(f"{path}/events")
    assert stream.chunk() == b"retry: 2000\n\n"
    first = stream.event()
    assert first is not None
    assert [each["text"] for each in first["lines"]] == ["one", "two"]
    assert (first["dropped"], first["state"]) == (7, None)
    run_plays.say(city.ctx, key, RunBatch(events=(line(run_plays.AGAIN, "notice"),)))
    second = stream.event()
    assert second is not None
    assert second["lines"][0]["kind"] == "notice"
    stream.close()
    run_plays.end(city.ctx, key, Played(outcome="failed", reason="web: it broke"))
    again = client.stream(f"{path}/events", last_event_id=str(first["id"]))
    assert again.chunk() == b"retry: 2000\n\n"
    assert again.event() == second
    last = again.event()
    assert last is not None
    assert last["state"] == "failed"
    assert again.event() is None  # the stream ends with the run
    again.wait()
    assert client.get(f"{path}/events", last_event_id=str(last["id"])).status == 204
    assert [row["seq"] for row in client.get(f"{path}/log").json()] == [first["id"], second["id"], last["id"]]
    assert client.get(path).json()["words"]["en"] == "web: it broke"


def test_files_are_listed_and_fetched(client: Client, city: Installed, run: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"a": 1}')
    file = KeptFile(name="evidence/report.json", media_type="application/json", path=tmp_path / "report.json")
    run_plays.keep(city.ctx, UUID(run["id"]), file)
    path = f"/v1/runs/{run['id']}/artifacts"
    (listed,) = client.get(path).json()
    assert (listed["name"], listed["size_bytes"]) == ("evidence/report.json", 8)
    answer = client.get(f"{path}/content?name=evidence%2Freport.json")
    assert answer.body == b'{"a": 1}'
    assert "report.json" in answer.headers["content-disposition"]
    assert client.get(f"{path}/content?name=none").status == 404


def test_what_broke_off_is_settled_or_gone_on_with(client: Client, city: Installed, run: dict[str, Any]) -> None:
    path = f"/v1/runs/{run['id']}"
    assert client.post(f"{path}/resume", {}).status == 409  # it still runs
    run_plays.park(city.ctx, UUID(run["id"]), "the worker died")
    assert client.post(f"{path}/settle", {"reason": ""}).status == 422
    resumed = client.post(f"{path}/resume", {"reason": "主机正常"}).json()
    assert (resumed["resume_of"], resumed["hosts"]) == (run["id"], run["hosts"])
    assert client.get(path).json()["state"] == "failed"
    assert client.post(f"{path}/settle", {"reason": "x"}).status == 409
    run_plays.end(city.ctx, UUID(resumed["id"]), Played(outcome="cancelled"))


def test_a_run_by_hand_is_on_record_beside_the_others(client: Client, city: Installed, host: str) -> None:
    now = city.clock.now()
    report = {
        "playbook": "patch_hosts", "hosts": {host: {"ok": 3, "changed": 1, "failed": 1}}, "strangers": 2,
        "started_at": (now - timedelta(minutes=5)).isoformat(), "ended_at": now.isoformat(), "failed_task": "Upgrade",
    }  # fmt: skip
    made = client.post("/v1/runs/reports", report)
    assert made.status == 201
    body = made.json()
    assert (body["origin"], body["state"], body["failed_task"]) == ("hand", "failed", "Upgrade")
    assert "2" in body["words"]["zh_CN"]
    assert client.post(f"/v1/runs/{body['id']}/resume", {}).status == 409
    later = report | {"ended_at": (now + timedelta(days=1)).isoformat()}
    assert client.post("/v1/runs/reports", later).json()["field"] == "ended_at"
    assert client.post("/v1/runs/reports", report | {"hosts": {str(uuid4()): {}}}).status == 422
    assert client.post("/v1/runs/reports", report | {"playbook": "../x"}).status == 422
