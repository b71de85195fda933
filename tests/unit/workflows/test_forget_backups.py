"""Backups whose time is over leave the store, and nothing that a plan, a promise or the next restore needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.apps import App
from cloudctl.ports.context import platform
from cloudctl.services import app_retention, hosts
from tests.unit.workflows.hosted import Hosted, hosted

JOB = platform("job:app-backups")
DAY_S = 24 * 3600


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as made:
        yield made


def days(stage: Hosted, count: float) -> int:
    """So much later: for how many applications forgetting is begun, and carried out."""
    stage.city.clock.move(seconds=count * DAY_S)
    begun = app_retention.forget_due(stage.ctx, JOB)
    stage.city.run()
    return begun


def backed_up(stage: Hosted, count: int) -> App:
    """One that was backed up so often, an hour apart."""
    app = stage.running(code="fgw-site")
    for _ in range(count):
        stage.city.clock.move(seconds=3600)
        app = stage.done("back_up", app)
    return app


def states(stage: Hosted, app: App) -> list[str]:
    """Of its backups, the newest first."""
    return [backup.state for backup in stage.backups(app)]


def test_what_is_over_goes_and_the_last_good_one_stays(stage: Hosted) -> None:
    app = backed_up(stage, 3)
    assert days(stage, 170) == 0
    assert days(stage, 20) == 1
    app = stage.now(app)
    assert (app.state, stage.act(app).kind.value, stage.act(app).state) == ("running", "forget", "done")
    assert states(stage, app) == ["kept", "purged", "purged"]
    assert set(stage.world.snapshots()) == {"snap-3"}
    assert days(stage, 400) == 0
    assert set(stage.world.snapshots()) == {"snap-3"}


def test_the_last_proven_one_stays_too(stage: Hosted) -> None:
    app = stage.done("prove", stage.done("back_up", stage.running(code="fgw-site")))
    for _ in range(2):
        stage.city.clock.move(seconds=60)
        app = stage.done("back_up", app)
    assert days(stage, 200) == 1
    assert states(stage, app) == ["kept", "purged", "verified"]


def test_a_store_that_is_gone_is_tried_again_a_day_later(stage: Hosted) -> None:
    app = backed_up(stage, 2)
    stage.world.fault("forget_backups", "fgw-site")
    assert days(stage, 200) == 1
    app = stage.now(app)
    assert (app.state, stage.act(app).state) == ("running", "undone")
    assert "forget_backups" in stage.act(app).reason["en"]
    assert states(stage, app) == ["kept", "kept"]
    stage.world.mend()
    assert days(stage, 0.5) == 0
    assert days(stage, 0.6) == 1
    assert states(stage, app) == ["kept", "purged"]


def test_a_snapshot_that_is_missing_is_as_good_as_forgotten(stage: Hosted) -> None:
    app = backed_up(stage, 2)
    stage.world.change(lambda state: state["store"].pop("snap-1"))
    assert days(stage, 200) == 1
    assert states(stage, app) == ["kept", "purged"]


def test_what_was_retired_keeps_the_secrets_of_its_backups_until_they_go(stage: Hosted) -> None:
    app = stage.done("retire", stage.running(code="fgw-site"), reason="moved")
    kept = stage.city.read(lambda uow: {secret.name for secret in uow.secrets.of_owners([app.id])})
    assert kept == {"admin_password", "restic_password"}
    assert days(stage, 100) == 0
    assert days(stage, 100) == 1
    app = stage.now(app)
    assert (app.state, stage.act(app).state) == ("retired", "done")
    assert (states(stage, app), stage.world.snapshots()) == (["purged"], {})
    assert stage.city.read(lambda uow: list(uow.secrets.of_owners([app.id]))) == []
    assert app.running_since is None


def test_without_a_host_in_service_nothing_is_forgotten(stage: Hosted) -> None:
    app = stage.done("retire", stage.running(code="fgw-site"), reason="moved")
    for host in stage.hosts:
        hosts.quarantine(stage.ctx, stage.city.people["operator"], host, reason="x")
    assert days(stage, 200) == 1
    app = stage.now(app)
    assert (app.state, stage.act(app).state, states(stage, app)) == ("retired", "undone", ["kept"])
    assert "in service" in stage.act(app).reason["en"]
