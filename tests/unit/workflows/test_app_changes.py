"""What is done to an application that runs: upgraded, rolled back, backed up, restored, moved, renewed, retired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.secrets import about
from cloudctl.ports.context import platform
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_changes, hosts
from tests.unit.workflows.hosted import Hosted, hosted


def passwords(stage: Hosted, app: App) -> dict[str, str]:
    def found(uow: UnitOfWork) -> dict[str, str]:
        sealed = [one for one in uow.secrets.of_owners([app.id]) if one.name.endswith("password")]
        return {one.name: stage.ctx.secrets.open(one.sealed, about(one.owner, one.name)).decode() for one in sealed}

    return stage.city.read(found)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as made:
        yield made


def content(stage: Hosted, code: str = "fgw-site") -> str:
    (standing,) = stage.world.instances()[code]
    return str(standing["content"])


def test_an_upgrade_is_backed_up_first(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    app = stage.done("upgrade", app)
    assert (app.state, app.release, app.previous_release) == ("running", "2.0.0", "1.0.0")
    (backup,) = stage.backups(app)
    assert (backup.cause, backup.release, backup.snapshot) == ("upgrade", "1.0.0", "snap-1")
    assert stage.world.played() == ["deploy_app", "back_up_app", "upgrade_app"]


def test_an_upgrade_that_does_not_answer_is_rolled_back_with_its_content(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    stage.world.write_content("fgw-site", "news of today")
    stage.world.fault("health", "2.0.0")
    app = stage.done("upgrade", app)
    assert (app.state, app.release, app.reason) == ("running", "1.0.0", {})
    act = stage.act(app)
    assert act.state == "rolled_back"
    assert "front-page" in act.reason["en"]
    assert content(stage) == "news of today"
    (standing,) = stage.world.instances()["fgw-site"]
    assert standing["version"] == "1.0.0"
    assert "app_rolled_back" in stage.told()


def test_an_upgrade_whose_roll_back_fails_says_what_stands(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    stage.world.fault("health", "2.0.0")
    stage.world.fault("roll_back_app", "fgw-site")
    app = stage.done("upgrade", app)
    assert app.state == "attention"
    assert "cloudctl apps restore fgw-site" in app.stands["en"]
    (standing,) = stage.world.instances()["fgw-site"]
    assert standing["version"] == "2.0.0"
    stage.world.mend()
    stage.world.fault("restore_app", "fgw-site")
    app = stage.done("restore", app)
    assert app.state == "attention"
    stage.world.mend()
    app = stage.done("restore", app)
    assert (app.state, app.release) == ("running", "1.0.0")
    (standing,) = stage.world.instances()["fgw-site"]
    assert standing["version"] == "1.0.0"


def test_a_certificate_is_not_renewed_over_another_release(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    stage.world.fault("health", "2.0.0")
    stage.world.fault("roll_back_app", "fgw-site")
    stage.done("upgrade", app)
    stage.world.mend()
    app = stage.done("renew", app)
    (standing,) = stage.world.instances()["fgw-site"]
    assert (app.state, standing["version"]) == ("attention", "2.0.0")
    app = stage.done("restore", app)
    assert (app.state, app.release) == ("running", "1.0.0")


def test_an_upgrade_without_a_store_for_its_backup_changes_nothing(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    stage.world.fault("back_up_app", "fgw-site")
    app = stage.done("upgrade", app)
    assert (app.state, app.release) == ("running", "1.0.0")
    act = stage.act(app)
    assert (act.state, act.changed) == ("undone", False)
    assert act.stands["en"] == "It stands as it did before."
    assert "upgrade_app" not in stage.world.played()
    assert "app_undone" in stage.told()


def test_what_a_playbook_refuses_has_changed_nothing(stage: Hosted) -> None:
    app = stage.running(code="fgw-site", release="1.0.0")
    stage.world.fault("upgrade_app", "fgw-site", "refuse")
    app = stage.done("upgrade", app)
    assert (app.state, stage.act(app).state) == ("running", "undone")
    assert "roll_back_app" not in stage.world.played()


def test_only_what_the_blueprint_upgrades_is_upgraded(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    officer = stage.city.people["officer"]
    with pytest.raises(Conflict):
        app_changes.upgrade(stage.ctx, officer, app.id)
    with pytest.raises(Invalid) as refused:
        app_changes.upgrade(stage.ctx, officer, app.id, release="1.0.0")
    assert refused.value.field == "release"


def test_a_roll_back_keeps_the_content(stage: Hosted) -> None:
    app = stage.done("upgrade", stage.running(code="fgw-site", release="1.0.0"))
    stage.world.write_content("fgw-site", "written since")
    app = stage.done("roll_back", app)
    assert (app.state, app.release, app.previous_release) == ("running", "1.0.0", None)
    assert content(stage) == "written since"


def test_two_acts_on_one_app_are_refused(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    officer = stage.city.people["officer"]
    app_changes.back_up(stage.ctx, officer, app.id)
    with pytest.raises(Conflict) as refused:
        app_changes.back_up(stage.ctx, officer, app.id)
    assert refused.value.way_out


def test_a_backup_store_that_is_gone_leaves_it_running(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.fault("back_up_app", "fgw-site")
    app = stage.done("back_up", app)
    assert (app.state, stage.backups(app)) == ("running", [])
    assert "«back_up_app» failed" in stage.act(app).reason["en"]


def test_what_was_on_a_lost_host_comes_back_on_another(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.write_content("fgw-site", "the minutes of the council")
    app = stage.done("back_up", app)
    stage.world.lose_host("fgw-site")
    hosts.quarantine(stage.ctx, stage.city.people["operator"], stage.hosts[0], reason="disk died")
    app = stage.done("restore", app)
    assert (app.state, app.reason) == ("running", {})
    (standing,) = stage.world.instances()["fgw-site"]
    assert standing["content"] == "the minutes of the council"
    assert stage.world.led()["fgw-site.apps.test"] == ["10.9.0.2"]


def test_a_restore_that_fails_needs_a_person_and_can_be_repeated(stage: Hosted) -> None:
    app = stage.done("back_up", stage.running(code="fgw-site"))
    stage.world.fault("restore_app", "fgw-site", "half")
    app = stage.done("restore", app)
    assert app.state == "attention"
    stage.world.mend()
    app = stage.done("restore", app)
    assert app.state == "running"


def test_a_move_goes_under_the_same_name(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.write_content("fgw-site", "moved with me")
    app = stage.done("move", app)
    assert app.state == "running"
    (place,) = stage.places(app)
    assert place.host_id == stage.hosts[1]
    assert stage.world.led() == {"fgw-site.apps.test": ["10.9.0.2"]}
    assert content(stage) == "moved with me"


def test_a_move_that_does_not_come_about_leaves_it_where_it_was(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.fault("restore_app", "fgw-site")
    app = stage.done("move", app)
    assert (app.state, stage.act(app).state) == ("running", "undone")
    (place,) = stage.places(app)
    assert (place.host_id, place.leaving) == (stage.hosts[0], False)
    assert len(stage.world.instances()["fgw-site"]) == 1
    assert stage.world.led() == {"fgw-site.apps.test": ["10.9.0.1"]}


def test_a_certificate_that_ends_soon_is_renewed(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    (before,) = stage.world.instances()["fgw-site"]
    assert app_changes.renew_due(stage.ctx, platform("job:certificates")) == 0
    stage.city.clock.move(days=61)
    assert app_changes.renew_due(stage.ctx, platform("job:certificates")) == 1
    stage.city.run()
    now = stage.now(app)
    assert now.state == "running"
    assert now.certificate_until > app.certificate_until
    (after,) = stage.world.instances()["fgw-site"]
    assert after["certificate"] != before["certificate"]


def test_a_certificate_is_renewed_when_somebody_asks(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    (before,) = stage.world.instances()["fgw-site"]
    stage.city.clock.move(days=1)
    now = stage.done("renew", app)
    assert (now.state, stage.act(now).kind, stage.act(now).state) == ("running", "renew", "done")
    assert now.certificate_until > app.certificate_until
    (after,) = stage.world.instances()["fgw-site"]
    assert after["certificate"] == now.certificate != before["certificate"]
    operator = stage.city.people["operator"]
    app_changes.renew(stage.ctx, operator, app.id)
    with pytest.raises(Conflict, match="Something is being done to fgw-site") as refused:
        app_changes.renew(stage.ctx, operator, app.id)
    assert refused.value.way_out
    stage.city.run()
    with pytest.raises(NotFound):
        app_changes.renew(stage.ctx, stage.city.people["stranger"], app.id)
    with pytest.raises(Forbidden):
        app_changes.renew(stage.ctx, stage.city.people["auditor"], app.id)
    assert stage.now(app).state == "running"


def test_what_never_ran_or_runs_no_more_has_no_certificate_to_renew(stage: Hosted) -> None:
    stage.world.fault("names", "fgw-site", "explode")
    app = stage.deployed(code="fgw-site")
    assert app.state == "attention"
    with pytest.raises(Conflict, match="has never run") as refused:
        app_changes.renew(stage.ctx, stage.city.people["officer"], app.id)
    assert "cloudctl apps retry" in str(refused.value.way_out)
    assert stage.now(app).state == "attention"
    stage.world.mend()
    other = stage.done("retire", stage.running(code="fgw-wiki"), reason="over")
    with pytest.raises(Refused):
        app_changes.renew(stage.ctx, stage.city.people["officer"], other.id)
    assert stage.now(other).state == "retired"


def test_one_is_retired_with_a_last_backup(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    app = stage.done("retire", app, reason="moved to the portal")
    assert app.state == "retired"
    assert stage.world.instances() == {} or stage.world.instances().get("fgw-site") is None
    assert stage.world.led() == {}
    (backup,) = stage.backups(app)
    assert backup.cause == "retire"
    kept = stage.city.read(lambda uow: {secret.name for secret in uow.secrets.of_owners([app.id])})
    assert kept == {"restic_password", "admin_password"}, "a backup that nothing opens is none"
    assert stage.city.read(lambda uow: uow.systems.get(app.system_id).check_url) is None


def test_what_a_retired_one_left_comes_back_in_another(stage: Hosted) -> None:
    old = stage.running(code="fgw-site")
    stage.world.write_content("fgw-site", "the minutes of the council")
    old = stage.done("retire", old, reason="moved to the portal")
    (left,) = stage.backups(old)
    new = stage.running(code="fgw-pages")
    before = passwords(stage, new)
    new = stage.done("restore", new, backup_id=left.id)
    assert (new.state, new.reason, stage.act(new).backup_id) == ("running", {}, left.id)
    (standing,) = stage.world.instances()["fgw-pages"]
    assert standing["content"] == "the minutes of the council"
    assert passwords(stage, new) == before | {"admin_password": passwords(stage, old)["admin_password"]}
    assert passwords(stage, new) != before
    assert stage.now(old).state == "retired"


def test_only_what_is_its_own_or_was_left_by_its_like_comes_back(stage: Hosted) -> None:
    new = stage.running(code="fgw-pages")
    serving = stage.done("back_up", stage.running(code="fgw-site"))
    (of_serving,) = stage.backups(serving)
    wiki = stage.done("retire", stage.running(code="fgw-wiki", blueprint="open-data"), reason="over")
    (of_another_kind,) = stage.backups(wiki)
    for backup in (of_serving, of_another_kind):
        with pytest.raises(Invalid) as refused:
            app_changes.restore(stage.ctx, stage.city.people["officer"], new.id, backup_id=backup.id)
        assert refused.value.field == "backup_id"
    with pytest.raises(Invalid):  # a test is of one's own
        app_changes.prove(stage.ctx, stage.city.people["officer"], new.id, backup_id=of_another_kind.id)
    assert stage.now(new).state == "running"


def test_nothing_is_retired_while_the_store_is_gone(stage: Hosted) -> None:
    app = stage.running(code="fgw-site")
    stage.world.fault("back_up_app", "fgw-site")
    app = stage.done("retire", app, reason="moved")
    assert app.state == "running"
    assert "retire_app" not in stage.world.played()
    with pytest.raises(Forbidden):
        app_changes.retire(stage.ctx, stage.city.people["officer"], app.id, reason="moved", without_backup="store gone")
    app_changes.retire(
        stage.ctx, stage.city.people["office-admin"], app.id, reason="moved", without_backup="store gone"
    )
    stage.city.run()
    assert stage.now(app).state == "retired"
