"""A release onto several hosts behind a balancer: one after the other, so that somebody serves at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.apps import App
from cloudctl.services import app_changes, app_scaling
from cloudctl.workflows import hosting
from cloudctl.workflows.hosting import back_up_first, begin
from cloudctl.workflows.upgrade_app import bring_release
from tests.seeds import upgradable_blueprints
from tests.unit.workflows.hosted import Hosted, hosted

CODE = "fgw-data"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path, count=4, blueprints=upgradable_blueprints()) as made:
        yield made


@pytest.fixture
def app(stage: Hosted) -> App:
    """On three hosts, with something in it."""
    made = stage.running(blueprint="open-data", code=CODE, release="1.0.0")
    stage.world.write_content(CODE, "a table")
    app_scaling.scale(stage.ctx, stage.city.people["officer"], made.id, hosts=3)
    stage.city.run()
    made = stage.now(made)
    assert (made.state, made.instances) == ("running", 3)
    return made


def order(stage: Hosted, app: App) -> list[str]:
    """The hosts that it stands on, in the order in which they have their turn."""
    ids = [place.host_id for place in stage.places(app) if not place.balancer]
    with stage.ctx.unit_of_work(stage.city.people["operator"]) as uow:
        aliases = {target.id: target.alias for target in uow.hosts.targets(ids)}
    return [aliases[key] for key in ids]


def versions(stage: Hosted) -> dict[str, str]:
    return {str(one["host"]): str(one["version"]) for one in stage.world.instances()[CODE]}


def served_throughout(stage: Hosted) -> None:
    """Nobody was led to a host while its release changed, and all the others were led to."""
    for act in stage.world.acts("upgrade_app", "roll_back_app"):
        assert act.host not in act.led
        assert len(act.led) == 2


def test_one_host_after_the_other_has_the_release(stage: Hosted, app: App) -> None:
    hosts = order(stage, app)
    app = stage.done("upgrade", app)
    assert (app.state, app.release, app.previous_release) == ("running", "1.1.0", "1.0.0")
    assert versions(stage) == dict.fromkeys(hosts, "1.1.0")
    assert [act.host for act in stage.world.acts("upgrade_app")] == hosts
    assert stage.world.played()[-9:] == ["balance_app", "upgrade_app", "balance_app"] * 3
    served_throughout(stage)
    assert stage.world.drained(CODE) == []


def test_the_release_before_is_brought_back_the_same_way(stage: Hosted, app: App) -> None:
    hosts = order(stage, app)
    app = stage.done("roll_back", stage.done("upgrade", app))
    assert (app.state, app.release) == ("running", "1.0.0")
    assert [act.host for act in stage.world.acts("roll_back_app")] == hosts
    assert versions(stage) == dict.fromkeys(hosts, "1.0.0")
    served_throughout(stage)
    assert stage.world.drained(CODE) == []


@pytest.mark.parametrize("kind", ["fail", "half", "unreachable"])
def test_what_fails_on_the_second_is_taken_back_from_both_and_the_third_is_left_alone(
    stage: Hosted, app: App, kind: str
) -> None:
    first, second, third = order(stage, app)
    stage.world.fault("upgrade_app", f"{CODE}@{second}", kind)
    app = stage.done("upgrade", app)
    assert (app.state, app.release, app.reason) == ("running", "1.0.0", {})
    assert stage.act(app).state == "rolled_back"
    assert versions(stage) == dict.fromkeys((first, second, third), "1.0.0")
    assert [act.host for act in stage.world.acts("roll_back_app")] == [second, first]
    assert {act.host for act in stage.world.acts("restore_app")[-2:]} == {first, second}
    assert all(one["content"] == "a table" for one in stage.world.instances()[CODE])
    served_throughout(stage)
    assert stage.world.drained(CODE) == []


def test_a_release_that_does_not_answer_is_tried_on_one_host_alone(stage: Hosted, app: App) -> None:
    first, *others = order(stage, app)
    stage.world.fault("health", "1.1.0")
    app = stage.done("upgrade", app)
    assert (app.state, app.release, stage.act(app).state) == ("running", "1.0.0", "rolled_back")
    assert "the check catalogue answers 500" in stage.act(app).reason["en"]
    assert [act.host for act in stage.world.acts("upgrade_app")] == [first]
    assert [act.host for act in stage.world.acts("roll_back_app")] == [first]
    served_throughout(stage)
    assert stage.world.drained(CODE) == []
    assert sorted(versions(stage)) == sorted([first, *others])


def test_what_the_balancer_does_not_find_well_ends_it_there(stage: Hosted, app: App) -> None:
    first, *_ = order(stage, app)
    stage.world.fault("rotation", f"{CODE}@{first}")
    app = stage.done("upgrade", app)
    assert [act.host for act in stage.world.acts("upgrade_app")] == [first]
    assert app.state == "attention", "nor does it after the release before is back there"
    assert "the balancer does not pass on to it again: does not answer its check" in app.reason["en"]
    assert versions(stage)[first] == "1.0.0"


def test_what_is_refused_on_the_first_has_changed_nothing(stage: Hosted, app: App) -> None:
    first, *_ = order(stage, app)
    stage.world.fault("upgrade_app", f"{CODE}@{first}", "refuse")
    app = stage.done("upgrade", app)
    assert (app.state, stage.act(app).state, stage.act(app).changed) == ("running", "undone", False)
    assert stage.act(app).stands["en"] == "It stands as it did before."
    assert "roll_back_app" not in stage.world.played()
    assert stage.world.drained(CODE) == []


def test_what_is_refused_on_the_second_is_taken_back_from_the_first(stage: Hosted, app: App) -> None:
    first, second, _ = order(stage, app)
    stage.world.fault("upgrade_app", f"{CODE}@{second}", "refuse")
    app = stage.done("upgrade", app)
    assert (app.state, stage.act(app).state) == ("running", "rolled_back")
    assert [act.host for act in stage.world.acts("roll_back_app")] == [first]
    assert set(versions(stage).values()) == {"1.0.0"}
    served_throughout(stage)
    assert stage.world.drained(CODE) == []


def test_none_is_drained_while_another_does_not_answer(stage: Hosted, app: App) -> None:
    stage.world.fault("health", CODE)
    app = stage.done("upgrade", app)
    assert (app.state, stage.act(app).state) == ("running", "undone")
    assert stage.world.acts("upgrade_app") == []
    assert stage.world.drained(CODE) == []


def test_a_balancer_that_cannot_be_told_changes_nothing_and_a_person_has_to_look(stage: Hosted, app: App) -> None:
    stage.world.fault("balance_app", CODE)
    app = stage.done("upgrade", app)
    assert stage.world.acts("upgrade_app") == []
    assert set(versions(stage).values()) == {"1.0.0"}
    assert app.state == "attention", "whether it is drained nobody knows"


def test_a_host_that_cannot_be_brought_back_gets_nothing_until_a_person_has_looked(stage: Hosted, app: App) -> None:
    first, second, _ = order(stage, app)
    stage.world.fault("upgrade_app", f"{CODE}@{second}", "half")
    stage.world.fault("roll_back_app", f"{CODE}@{second}")
    app = stage.done("upgrade", app)
    assert app.state == "attention"
    assert stage.world.drained(CODE) == [second]
    assert versions(stage)[first] == "1.1.0"
    stage.world.mend()
    app = stage.done("restore", app)
    assert (app.state, app.release) == ("running", "1.0.0")
    assert set(versions(stage).values()) == {"1.0.0"}
    assert stage.world.drained(CODE) == []


def test_none_is_drained_while_the_balancer_finds_no_other_well(stage: Hosted, app: App) -> None:
    _, *others = order(stage, app)
    for host in others:
        stage.world.fault("rotation", f"{CODE}@{host}")
    app = stage.done("upgrade", app)
    assert stage.world.acts("upgrade_app") == []
    assert (app.state, stage.act(app).state) == ("running", "undone")
    assert "no host in rotation" in stage.act(app).reason["en"]
    assert stage.world.drained(CODE) == []


def test_a_release_that_falls_silent_everywhere_is_taken_back_though_none_serves(
    stage: Hosted, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = order(stage, app)
    look = hosting.answering

    def silent(*of: Any, **told: Any) -> None:
        stage.world.fault("health", "1.1.0")
        stage.world.fault("rotation", "1.1.0")
        look(*of, **told)

    monkeypatch.setattr(hosting, "answering", silent)
    app = stage.done("upgrade", app)
    assert (app.state, app.release, stage.act(app).state) == ("running", "1.0.0", "rolled_back")
    assert [act.host for act in stage.world.acts("roll_back_app")] == [third, second, first]
    assert set(versions(stage).values()) == {"1.0.0"}
    assert stage.world.drained(CODE) == []


def test_a_worker_that_dies_in_the_middle_of_one_goes_on_with_it(
    stage: Hosted, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that it died at does not answer until it is gone on with: that keeps no other from anything."""
    second = [place.host_id for place in stage.places(app) if not place.balancer][1]
    hosts, play, deaths = order(stage, app), hosting.played, [KeyboardInterrupt]

    def played(ctx: Any, works: Any, playbook: str, *, part: str, **given: Any) -> hosting.Done:
        if part == f"bring-{second}" and deaths:
            stage.world.change(lambda state: half_done(state["hosts"][hosts[1]]))
            stage.world.fault("health", "half")
            raise deaths.pop()
        if part == f"bring-{second}":
            stage.world.mend()
        return play(ctx, works, playbook, part=part, **given)

    monkeypatch.setattr(hosting, "played", played)
    app_changes.upgrade(stage.ctx, stage.city.people["officer"], app.id)
    act_id = str(stage.now(app).act_id)
    for begun in (begin, back_up_first):
        assert begun(stage.ctx, act_id)["outcome"] == "done"
    with pytest.raises(KeyboardInterrupt):
        bring_release(stage.ctx, act_id)
    assert bring_release(stage.ctx, act_id)["outcome"] == "done", stage.act(app).reason
    assert [act.host for act in stage.world.acts("upgrade_app")] == hosts
    assert set(versions(stage).values()) == {"1.1.0"}
    assert stage.world.drained(CODE) == []


def half_done(standing: dict[str, Any]) -> None:
    for instance in standing.values():
        instance["content"] = "half"
