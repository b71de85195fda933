"""Backups by plan: begun when due, not again after a failure, kept as the plan says; what could not be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.ports.context import platform
from cloudctl.services import app_backups
from tests.unit.workflows.hosted import Hosted, hosted

JOB = platform("job:app-backups")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as found:
        yield found


def hours(stage: Hosted, count: float) -> int:
    """So much later: how many backups are begun, and carried out."""
    stage.city.clock.move(seconds=count * 3600)
    begun = app_backups.back_up_due(stage.ctx, JOB)
    stage.city.run()
    return begun


def lacking(stage: Hosted, who: str = "officer") -> list[str]:
    return [row.reason["en"] for row in app_backups.unrestorable(stage.ctx, stage.city.people[who]).unrestorable]


def test_a_backup_is_taken_when_its_plan_says(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    assert lacking(stage) == ["It was never backed up."]
    assert lacking(stage, "stranger") == []
    assert hours(stage, 1) == 1
    (backup,) = stage.backups(app)
    assert backup.cause == "schedule"
    assert hours(stage, 1) == 0
    (backup,) = stage.backups(app)
    assert backup.keep_until == today_for_people(backup.taken_at) + timedelta(days=90)
    assert hours(stage, 165) == 0
    assert hours(stage, 2) == 1
    assert len(stage.backups(app)) == 2
    assert lacking(stage) == ["No backup of it was ever restored as a test; one is due every 90 days."]


def test_one_that_fails_waits_for_its_next_turn(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.fault("back_up_app", "fgw-site")
    assert hours(stage, 1) == 1
    assert stage.backups(app) == []
    assert stage.now(app).state == "running"
    assert hours(stage, 1) == 0
    assert lacking(stage) == ["It was never backed up."]
    stage.world.mend()
    assert hours(stage, 168) == 1
    assert len(stage.backups(app)) == 1


def test_without_a_store_nothing_is_begun(tmp_path: Path) -> None:
    from cloudctl.settings import Apps

    with hosted(tmp_path, apps=Apps(answer_within_s=0.05)) as stage:
        stage.running(code="fgw-site")
        assert hours(stage, 1000) == 0
        assert lacking(stage) == ["It was never backed up."]


def test_a_test_restore_is_made_when_its_plan_says(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    officer = stage.city.people["officer"]
    assert app_backups.look_after(stage.ctx, JOB) == 1
    stage.city.run()
    stage.world.fault("restore_app", "fgw-site")
    assert app_backups.look_after(stage.ctx, JOB) == 1
    stage.city.run()
    (lacking,) = app_backups.unrestorable(stage.ctx, officer).unrestorable
    assert lacking.reason["en"].startswith("No backup of it was ever restored as a test")
    assert "«restore_app» failed" in lacking.last_test["en"]
    assert app_backups.prove_due(stage.ctx, JOB) == 0
    stage.world.mend()
    stage.city.clock.move(seconds=24 * 3600)
    assert app_backups.prove_due(stage.ctx, JOB) == 1
    stage.city.run()
    assert [backup.state for backup in stage.backups(app)] == ["verified"]
    assert app_backups.unrestorable(stage.ctx, officer).unrestorable == []
    stage.city.clock.move(seconds=89 * 24 * 3600)
    assert app_backups.prove_due(stage.ctx, JOB) == 0
    stage.city.clock.move(seconds=2 * 24 * 3600)
    assert app_backups.prove_due(stage.ctx, JOB) == 1


def test_a_newest_backup_that_is_broken_is_told(stage: Hosted) -> None:
    stage.done("back_up", stage.running(code="fgw-site"))
    stage.city.clock.move(seconds=3600)
    app = stage.done("back_up", stage.now(stage.city.read(lambda uow: uow.apps.by_code("fgw-site"))))
    stage.world.fault("restore_app", "fgw-site", "broken")
    stage.done("prove", app)
    (reason,) = lacking(stage)
    assert "could not be restored as a test" in reason
