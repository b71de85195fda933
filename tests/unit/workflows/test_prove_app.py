"""Test restores: a backup into an instance beside its application, and what came of it on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.services import app_changes, hosts
from tests.unit.workflows.hosted import Hosted, hosted


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as made:
        yield made


@pytest.fixture
def app(stage: Hosted) -> App:
    """One that was backed up while it held the minutes, and goes on."""
    made = stage.running(code="fgw-site")
    stage.world.write_content("fgw-site", "the minutes")
    made = stage.done("back_up", made)
    stage.world.write_content("fgw-site", "written since")
    return made


def standing(stage: Hosted) -> list[str]:
    """What the instances hold."""
    return [str(one["content"]) for one in stage.world.instances().get("fgw-site", [])]


def as_it_was(stage: Hosted, app: App) -> None:
    """It runs, where it did, with what it had, and nothing stands beside it."""
    assert (app.state, app.reason, app.stands) == ("running", {}, {})
    assert standing(stage) == ["written since"]
    assert stage.world.led() == {"fgw-site.apps.test": ["10.9.0.1"]}
    assert stage.city.read(lambda uow: uow.apps.scratch(app.id)) is None
    assert [place.host_id for place in stage.places(app)] == [stage.hosts[0]]


def test_a_backup_that_answers_is_verified_on_another_host(stage: Hosted, app: App) -> None:
    seen: list[tuple[str, str, str]] = []
    touch = stage.world.automation.__class__._touch

    def watched(hands: object, playbook: str, told: dict[str, str], there: list[object]) -> object:
        seen.append((playbook, told["instance"], told["address"]))
        assert [target.address for target in there] == ["10.9.0.2"]  # type: ignore[attr-defined]
        return touch(hands, playbook, told, there)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.world.automation.__class__, "_touch", watched)
        app = stage.done("prove", app)
    assert [playbook for playbook, _, _ in seen] == ["deploy_app", "restore_app", "retire_app"]
    assert {instance for _, instance, _ in seen}.isdisjoint({app.instance})
    assert {address for _, _, address in seen} == {"test.fgw-site.apps.test"}
    as_it_was(stage, app)
    (backup,) = stage.backups(app)
    assert (backup.state, backup.reason) == ("verified", {})
    assert backup.verified_at is not None
    assert (stage.act(app).state, stage.act(app).changed) == ("done", False)


def test_with_one_host_it_is_tried_beside_it(tmp_path: Path) -> None:
    with hosted(tmp_path, count=1) as stage:
        app = stage.done("back_up", stage.running(code="fgw-site"))
        app = stage.done("prove", app)
        assert stage.backups(app)[0].state == "verified"
        assert len(standing(stage)) == 1


def test_a_backup_that_cannot_be_put_back_is_broken(stage: Hosted, app: App) -> None:
    stage.world.fault("restore_app", "fgw-site", "broken")
    app = stage.done("prove", app)
    as_it_was(stage, app)
    (backup,) = stage.backups(app)
    assert (backup.state, backup.verified_at) == ("broken", None)
    assert "«restore_app» failed" in backup.reason["en"]
    assert stage.act(app).state == "undone"
    assert "app_undone" in stage.told()
    with pytest.raises(Conflict):
        app_changes.restore(stage.ctx, stage.city.people["officer"], app.id)
    stage.world.mend()
    app = stage.done("prove", app, backup_id=backup.id)
    assert (stage.backups(app)[0].state, stage.backups(app)[0].reason) == ("verified", {})


def test_a_backup_whose_content_does_not_answer_is_broken(stage: Hosted, app: App) -> None:
    stage.world.fault("health", "the minutes")
    app = stage.done("prove", app)
    as_it_was(stage, app)
    (backup,) = stage.backups(app)
    assert backup.state == "broken"
    assert "front-page" in backup.reason["en"]


@pytest.mark.parametrize(
    ("what", "kind"),
    [("deploy_app", "fail"), ("restore_app", "fail"), ("restore_app", "unreachable"), ("health/test", "fail")],
)
def test_what_is_not_the_backups_fault_says_nothing_of_it(stage: Hosted, app: App, what: str, kind: str) -> None:
    what, _, code = what.partition("/")
    stage.world.fault(what, code or "fgw-site", kind)
    app = stage.done("prove", app)
    as_it_was(stage, app)
    (backup,) = stage.backups(app)
    assert (backup.state, backup.verified_at, backup.reason) == ("kept", None, {})
    assert (stage.act(app).state, bool(stage.act(app).reason["en"])) == ("undone", True)
    assert stage.act(app).stands["en"] == "It stands as it did before."


def test_what_a_test_left_is_on_record_and_taken_away_by_the_next(stage: Hosted, app: App) -> None:
    stage.world.fault("retire_app", "fgw-site")
    app = stage.done("prove", app)
    assert app.state == "running"
    (backup,) = stage.backups(app)
    assert backup.state == "verified"
    assert sorted(standing(stage)) == ["the minutes", "written since"]
    assert stage.act(app).state == "undone"
    assert "host-2" in stage.act(app).stands["en"]
    app = stage.done("prove", app)
    assert "retire_app" in stage.act(app).reason["en"]
    assert sorted(standing(stage)) == ["the minutes", "written since"]
    stage.world.mend()
    app = stage.done("prove", app)
    assert stage.act(app).state == "done"
    as_it_was(stage, app)


def test_what_a_test_left_goes_with_its_application(stage: Hosted, app: App) -> None:
    stage.world.fault("retire_app", "fgw-site")
    app = stage.done("prove", app)
    stage.world.mend()
    app = stage.done("retire", app, reason="moved")
    assert app.state == "retired"
    assert standing(stage) == []


def test_a_scratch_host_that_is_gone_is_no_way_to_be_stuck(stage: Hosted, app: App) -> None:
    stage.world.fault("retire_app", "fgw-site")
    app = stage.done("prove", app)
    stage.world.mend()
    hosts.quarantine(stage.ctx, stage.city.people["operator"], stage.hosts[1], reason="disk died")
    app = stage.done("prove", app)
    assert stage.act(app).state == "done"


def test_without_room_it_is_said(tmp_path: Path) -> None:
    with hosted(tmp_path, count=1) as stage:
        app = stage.done("back_up", stage.running(code="fgw-site"))
        hosts.update(stage.ctx, stage.city.people["operator"], stage.hosts[0], {"shared": False})
        app = stage.done("prove", app)
        assert (app.state, stage.act(app).state) == ("running", "undone")
        assert "has room for a test instance" in stage.act(app).reason["en"]
        assert stage.backups(app)[0].state == "kept"


def test_bad_input_changes_nothing(stage: Hosted, app: App) -> None:
    people = stage.city.people
    with pytest.raises(Invalid) as refused:
        app_changes.prove(stage.ctx, people["officer"], app.id, backup_id=app.id)
    assert refused.value.field == "backup_id"
    with pytest.raises(NotFound):
        app_changes.prove(stage.ctx, people["stranger"], app.id)
    bare = stage.running(code="fgw-wiki")
    with pytest.raises(Conflict, match="no backup"):
        app_changes.prove(stage.ctx, people["officer"], bare.id)
    assert stage.now(app).state == "running"
