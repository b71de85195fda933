"""An application onto more hosts and fewer, behind a balancer, under the same name; and what cannot be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.ports.context import platform
from cloudctl.services import app_changes, app_scaling, hosts
from tests.unit.workflows.hosted import Hosted, hosted

NAME = "fgw-data.apps.test"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path, count=4) as made:
        yield made


@pytest.fixture
def app(stage: Hosted) -> App:
    """One that can stand on several hosts, with something in it."""
    made = stage.running(blueprint="open-data", code="fgw-data")
    stage.world.write_content("fgw-data", "a table")
    return made


def scaled(stage: Hosted, app: App, count: int) -> App:
    app_scaling.scale(stage.ctx, stage.city.people["officer"], app.id, hosts=count)
    stage.city.run()
    return stage.now(app)


def stands(stage: Hosted) -> list[str]:
    return [str(one["content"]) for one in stage.world.instances().get("fgw-data", [])]


def led(stage: Hosted) -> list[str]:
    return stage.world.led()[NAME]


def test_it_goes_onto_three_hosts_and_back_to_one(stage: Hosted, app: App) -> None:
    app = scaled(stage, app, 3)
    assert (app.state, app.instances, app.reason) == ("running", 3, {})
    assert stands(stage) == ["a table"] * 3
    ((balancer, backends),) = stage.world.balancers()["fgw-data"].items()
    assert len(backends) == 3
    assert balancer not in backends
    (place,) = (place for place in stage.places(app) if place.balancer)
    number = stage.hosts.index(place.host_id) + 1
    assert led(stage) == [f"10.9.0.{number}"]
    assert all(place.ready for place in stage.places(app))

    app = scaled(stage, app, 2)
    assert (app.state, app.instances) == ("running", 2)
    assert len(stands(stage)) == 2
    assert len(stage.world.balancers()["fgw-data"][balancer]) == 2

    app = scaled(stage, app, 1)
    assert (app.state, app.instances) == ("running", 1)
    assert stage.world.balancers() == {}
    (last,) = stage.places(app)
    assert led(stage) == [f"10.9.0.{stage.hosts.index(last.host_id) + 1}"]
    assert stands(stage) == ["a table"]


def test_nothing_is_placed_beside_a_balancer(stage: Hosted, app: App) -> None:
    app = scaled(stage, app, 2)
    (balancer,) = (place.host_id for place in stage.places(app) if place.balancer)
    for code in ("fgw-a", "fgw-b", "fgw-c", "fgw-d"):
        other = stage.running(code=code)
        assert balancer not in {place.host_id for place in stage.places(other)}
    third = scaled(stage, stage.running(blueprint="open-data", code="fgw-more"), 2)
    assert {place.host_id for place in stage.places(third) if place.balancer} == {balancer}


@pytest.mark.parametrize(
    ("playbook", "kind"), [("deploy_app", "fail"), ("restore_app", "fail"), ("balance_app", "fail")]
)
def test_what_does_not_come_about_leaves_it_where_it_was(stage: Hosted, app: App, playbook: str, kind: str) -> None:
    before = stage.places(app)[0].host_id
    stage.world.fault(playbook, "fgw-data", kind)
    if playbook == "balance_app":
        app = scaled(stage, app, 2)
        assert app.state == "attention", "what the balancer was told cannot be taken back while it fails"
        stage.world.mend()
        return
    app = scaled(stage, app, 3)
    assert (app.state, app.instances, stage.act(app).state) == ("running", 1, "undone")
    assert [place.host_id for place in stage.places(app)] == [before]
    assert stands(stage) == ["a table"]
    assert stage.world.balancers() == {}
    assert led(stage) == ["10.9.0.1"]


def test_without_room_nothing_is_taken(stage: Hosted, app: App) -> None:
    app = scaled(stage, app, 9)
    assert (app.state, stage.act(app).state, len(stage.places(app))) == ("running", "undone", 1)
    assert "4 of 9 hosts" in stage.act(app).reason["en"]
    app = scaled(stage, app, 4)
    assert "free for a balancer" in stage.act(app).reason["en"]
    assert len(stage.places(app)) == 1


def test_what_is_scaled_is_upgraded_renewed_and_retired_with_its_balancer(stage: Hosted, app: App) -> None:
    app = scaled(stage, app, 2)
    stage.city.clock.move(days=61)
    assert app_changes.renew_due(stage.ctx, platform("job:certificates")) == 1
    stage.city.run()
    assert stage.now(app).state == "running"
    assert stage.world.played()[-2:] == ["deploy_app", "balance_app"]
    with pytest.raises(Conflict, match="several hosts"):
        app_changes.move(stage.ctx, stage.city.people["officer"], app.id)
    app = stage.done("retire", stage.now(app), reason="moved")
    assert (app.state, stage.world.instances(), stage.world.balancers()) == ("retired", {}, {})


def test_a_lost_host_leaves_the_others_serving_and_is_made_up_for(stage: Hosted, app: App) -> None:
    app = scaled(stage, stage.done("back_up", app), 2)
    lost = next(place.host_id for place in stage.places(app) if not place.balancer)
    hosts.quarantine(stage.ctx, stage.city.people["operator"], lost, reason="disk died")
    app = stage.done("restore", app)
    assert app.state == "running"
    ((_, backends),) = stage.world.balancers()["fgw-data"].items()
    assert len(backends) == 1


def test_bad_input_changes_nothing(stage: Hosted, app: App) -> None:
    officer = stage.city.people["officer"]
    for count in (0, 17):
        with pytest.raises(Invalid) as refused:
            app_scaling.scale(stage.ctx, officer, app.id, hosts=count)
        assert refused.value.field == "hosts"
    with pytest.raises(Conflict, match="stands on 1 hosts"):
        app_scaling.scale(stage.ctx, officer, app.id, hosts=1)
    site = stage.running(code="fgw-site")
    with pytest.raises(Conflict, match="cannot stand on several hosts"):
        app_scaling.scale(stage.ctx, officer, site.id, hosts=2)
    assert stage.now(app).state == "running"
