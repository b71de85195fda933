"""Applications looked at: history that is short, incidents that open and close by themselves, availability."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Conflict, Forbidden, Frozen, Invalid, NotFound
from cloudctl.domain.freezes import Bound
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import availability, checks, freezes, maintenance
from tests.seeds import ZONE
from tests.unit.workflows.hosted import Hosted, hosted

JOB = platform("job:checks")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as found:
        yield found


def look(stage: Hosted, times: int = 1, *, every_s: int = 60) -> None:
    for _ in range(times):
        stage.city.clock.move(seconds=every_s)
        checks.look_due(stage.ctx, JOB)


def rows(stage: Hosted, noun: str, who: str | None = None, **filters: Any) -> list[Any]:
    scope = stage.city.ids[who] if who else None
    return list(getattr(stage.ctx.queries, noun).page(scope, filters, PageAsk(limit=200)).items)


def window(stage: Hosted, begins_s: int, ends_s: int, who: str = "operator", **changes: Any) -> Any:
    now = stage.ctx.clock.now()
    given = {
        "name": "补丁", "starts_at": now + timedelta(seconds=begins_s), "ends_at": now + timedelta(seconds=ends_s),
        "reason": "系统补丁", "zones": [], "apps": [],
    }  # fmt: skip
    return maintenance.plan(stage.ctx, stage.city.people[who], **(given | changes))


def test_a_check_that_stays_well_is_one_row_of_history(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    look(stage, 5)
    found = rows(stage, "checks", app="fgw-site")
    assert {row.kind for row in found} >= {"http", "certificate"}
    assert {(row.state, row.in_a_row, row.promise) for row in found} == {("well", 5, 9950)}
    results = rows(stage, "check_results")
    assert len(results) == len(found)
    assert {(row.looks, row.until_at - row.begun_at) for row in results} == {(5, timedelta(minutes=4))}
    assert next(row for row in found if row.kind == "certificate").certificate_until is not None
    assert [row.id for row in rows(stage, "checks", "czj")] == []
    assert {row.app_id for row in rows(stage, "checks", "fgw")} == {app.id}


def test_what_was_looked_at_just_now_is_left_alone(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    look(stage)
    stage.city.clock.move(seconds=15)
    assert checks.look_due(stage.ctx, JOB) == 0
    stage.city.clock.move(seconds=45)
    assert checks.look_due(stage.ctx, JOB) == 1


def test_an_incident_opens_after_three_failures_and_closes_after_two_answers(stage: Hosted) -> None:
    stage.running(code="fgw-site", owner="李工")
    look(stage, 2)
    stage.world.fault("health", "fgw-site")
    look(stage, 2)
    assert rows(stage, "incidents") == []
    look(stage, 3)
    (incident,) = rows(stage, "incidents")
    assert (incident.state, incident.cause, incident.closed_at) == ("open", "outage", None)
    assert "front-page" in incident.checks
    assert "500" in incident.words["en"]
    assert incident.opened_at - incident.begun_at == timedelta(minutes=2)
    assert stage.told().count("incident_opened") >= 3  # the officer, the head, operations
    stage.world.mend()
    look(stage)
    assert rows(stage, "incidents")[0].state == "open"
    look(stage)
    (incident,) = rows(stage, "incidents")
    assert incident.state == "closed"
    assert stage.told().count("incident_closed") == stage.told().count("incident_opened")
    actions = [event["action"] for event in stage.city.audited() if event["target"]["typeURI"].endswith("/incident")]
    assert actions == ["create/incident", "update/incident-close"]
    page = [row for row in rows(stage, "check_results") if row.check == "front-page"]
    assert [(row.well, row.looks) for row in reversed(page)] == [(True, 2), (False, 5), (True, 2)]


def test_an_expired_certificate_is_an_incident_of_its_own_name(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    stage.world.fault("certificate", "fgw-site")
    look(stage, 3)
    (incident,) = rows(stage, "incidents")
    assert incident.cause == "certificate_expired"
    assert "has expired" in incident.words["en"]
    assert "incident_certificate_expired" in stage.told()
    (app,) = availability.month(stage.ctx, stage.city.people["officer"]).apps
    assert app.down_s == 120


def test_a_host_that_is_gone_is_one_incident(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    stage.world.lose_host("fgw-site")
    look(stage, 4)
    assert [(row.cause, row.state) for row in rows(stage, "incidents")] == [("outage", "open")]


def test_maintenance_opens_no_incident_and_does_not_count(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    look(stage)
    planned = window(stage, 30, 30 + 300)
    stage.world.fault("health", "fgw-site")
    look(stage, 5)
    assert rows(stage, "incidents") == []
    status = availability.status(stage.ctx, stage.city.people["officer"])
    assert (status.state, [app.state for app in status.apps]) == ("maintenance", ["maintenance"])
    assert [one.id for one in status.maintenance] == [planned.id]
    assert stage.told().count("maintenance_planned") == 2
    look(stage)
    assert [row.state for row in rows(stage, "incidents")] == ["open"]  # it still fails at the end
    stage.world.mend()
    look(stage, 2)
    (app,) = availability.month(stage.ctx, stage.city.people["officer"]).apps
    assert app.planned_s == 300
    assert app.down_s == 60 + 30  # from the end of the window to the first answer
    assert app.measured_s == 8 * 60


def test_availability_stands_beside_the_promise(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    stage.running(code="fgw-two")
    look(stage, 10)
    stage.world.fault("health", "fgw-two")
    look(stage, 2)
    stage.world.mend()
    look(stage, 8)
    month = availability.month(stage.ctx, stage.city.people["auditor"])
    assert [(app.code, app.share, app.kept) for app in month.apps] == [
        ("fgw-site", 10000, True), ("fgw-two", 8947, False),
    ]  # fmt: skip
    (department,) = month.departments
    assert (department.apps, department.kept, department.broken, department.down_s) == (2, 1, 1, 120)
    assert department.share == (2 * 19 - 2) * 10000 // (2 * 19)
    assert availability.month(stage.ctx, stage.city.people["stranger"]).apps == []
    with pytest.raises(Invalid, match="no month"):
        availability.month(stage.ctx, stage.city.people["auditor"], "2026-13")
    with pytest.raises(Invalid, match="still to come"):
        availability.month(stage.ctx, stage.city.people["auditor"], "2199-01")


def test_a_time_without_looks_is_a_gap(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    look(stage, 2)
    stage.city.clock.move(seconds=3600)
    look(stage, 2)
    page = [row for row in rows(stage, "check_results") if row.check == "front-page"]
    assert [row.until_at - row.begun_at for row in page] == [timedelta(minutes=1)] * 2
    (app,) = availability.month(stage.ctx, stage.city.people["officer"]).apps
    assert (app.measured_s, app.down_s) == (120, 0)


def test_the_status_page_says_what_is_down_and_what_nobody_looked_at(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    officer = stage.city.people["officer"]
    assert availability.status(stage.ctx, officer).state == "unknown"
    look(stage)
    assert availability.status(stage.ctx, officer).state == "well"
    stage.world.fault("health", "fgw-site")
    look(stage)
    told = availability.status(stage.ctx, officer)
    assert (told.state, told.apps[0].state) == ("disturbed", "down")
    assert availability.status(stage.ctx, stage.city.people["stranger"]).apps == []


def test_with_an_application_its_checks_and_incidents_end(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.fault("health", "fgw-site")
    look(stage, 3)
    stage.world.mend()
    app = stage.done("retire", app, reason="停用")
    assert app.state == "retired"
    look(stage)
    assert {row.state for row in rows(stage, "checks")} == {"ended"}
    assert [row.state for row in rows(stage, "incidents")] == ["ended"]


def test_old_history_is_dropped(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    look(stage, 2)
    assert checks.forget(stage.ctx, JOB) == 0
    before = len(rows(stage, "check_results"))
    stage.city.clock.move(days=801)
    assert checks.forget(stage.ctx, JOB) == before
    look(stage)
    assert {row.looks for row in rows(stage, "check_results")} == {1}


def test_maintenance_is_planned_ahead_and_outside_of_freezes(stage: Hosted) -> None:
    now = stage.ctx.clock.now()
    for begins, ends, field in ((-60, 600, "starts_at"), (600, 60, "ends_at"), (60, 8 * 86400, "ends_at")):
        with pytest.raises(Invalid) as refused:
            window(stage, begins, ends)
        assert refused.value.field == field
    with pytest.raises(NotFound) as unknown:
        window(stage, 60, 600, zones=["nowhere"])
    assert unknown.value.field == "zones"
    with pytest.raises(NotFound) as unknown:
        window(stage, 60, 600, apps=[UUID(int=1)])
    assert unknown.value.field == "apps"
    with pytest.raises(Forbidden):
        window(stage, 60, 600, who="officer")
    freezes.create(
        stage.ctx, stage.city.people["office-admin"], name="高考", starts_at=now + timedelta(hours=2),
        ends_at=now + timedelta(hours=4), binds=[Bound.PATCHES], zones=[ZONE], reason="封网",
    )  # fmt: skip
    for begins, ends in ((3600, 3 * 3600), (3 * 3600, 5 * 3600), (3600, 5 * 3600)):
        with pytest.raises(Frozen, match="高考"):
            window(stage, begins, ends, zones=[ZONE])
    assert rows(stage, "maintenance") == []
    assert window(stage, 60, 7200, zones=[ZONE]).zones == [ZONE]
    assert window(stage, 4 * 3600, 5 * 3600).apps == []


def test_a_window_is_taken_back_once(stage: Hosted) -> None:
    stage.running(code="fgw-site")
    planned = window(stage, 3600, 7200)
    operator = stage.city.people["operator"]
    first = maintenance.cancel(stage.ctx, operator, planned.id, reason="推迟")
    again = maintenance.cancel(stage.ctx, operator, planned.id)
    assert first.cancelled_at == again.cancelled_at
    assert first.over_at == first.starts_at
    assert stage.told().count("maintenance_cancelled") == 2
    assert availability.status(stage.ctx, operator).maintenance == []
    over = window(stage, 60, 120)
    stage.city.clock.move(seconds=300)
    with pytest.raises(Conflict, match="is over"):
        maintenance.cancel(stage.ctx, operator, over.id)


def test_only_the_machine_and_operations_write(stage: Hosted) -> None:
    assert Permission.CHECKS_WRITE in stage.city.people["operator"].actor.permissions
    with pytest.raises(Forbidden):
        checks.look_due(stage.ctx, stage.city.people["officer"])
