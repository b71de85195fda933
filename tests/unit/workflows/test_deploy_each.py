"""One application for each department of a list: at once, spread over the shared hosts, and again without effect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudctl.domain.errors import NotFound
from cloudctl.services import apps
from tests.unit.workflows.hosted import Hosted, hosted


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Hosted]:
    with hosted(tmp_path) as made:
        yield made


def each(stage: Hosted, *departments: str) -> list[apps.Each]:
    office = stage.city.people["office-admin"]
    return apps.deploy_each(stage.ctx, office, stage.form(code="site"), list(departments))


def test_a_list_is_deployed_by_one_run_and_spread_evenly(stage: Hosted) -> None:
    first = each(stage, "fgw", "czj")
    assert [(one.department, one.new, one.app.code) for one in first] == [
        ("fgw", True, "fgw-site"), ("czj", True, "czj-site"),
    ]  # fmt: skip
    assert len(stage.city.queued()) == 1
    stage.city.run()
    assert {stage.now(one.app).state for one in first} == {"running"}
    assert stage.world.played() == ["deploy_app"]
    assert {where["host"] for (where,) in stage.world.instances().values()} == set(stage.world.read()["hosts"])
    again = each(stage, "fgw", "czj")
    assert [one.new for one in again] == [False, False]
    assert stage.city.queued() == []
    assert stage.world.played() == ["deploy_app"]


def test_one_that_cannot_does_not_keep_the_others_from_it(stage: Hosted) -> None:
    stage.world.fault("deploy_app", "czj-site")
    made = each(stage, "fgw", "czj")
    stage.city.run()
    assert [stage.now(one.app).state for one in made] == ["running", "failed"]
    stage.world.mend()
    again = each(stage, "fgw", "czj")
    assert [one.new for one in again] == [False, True]
    stage.city.run()
    assert stage.now(made[1].app).state == "running"


def test_one_that_stops_a_run_for_all_on_its_host_is_alone_in_the_end(tmp_path: Path) -> None:
    """Ansible works on all instances of a host in one task: what fails for one ends the task for all of them."""
    with hosted(tmp_path, count=1) as stage:
        stage.world.fault("deploy_app", "czj-site", "together")
        made = each(stage, "fgw", "czj")
        stage.city.run()
        assert [stage.now(one.app).state for one in made] == ["running", "failed"]
        assert set(stage.world.instances()) == {"fgw-site"}
        assert stage.world.played() == ["deploy_app", "deploy_app", "deploy_app", "retire_app"]
        assert "czj-site" in stage.now(made[1].app).reason["en"]


def test_a_wrong_line_leaves_nothing(stage: Hosted) -> None:
    before = stage.city.rows()
    with pytest.raises(NotFound) as refused:
        each(stage, "fgw", "nobody")
    assert refused.value.field == "departments[1]"
    assert stage.city.rows() == before


def test_two_that_share_a_host_have_users_and_names_of_their_own(stage: Hosted) -> None:
    made = each(stage, "fgw", "czj")
    stage.city.run()
    found = [stage.now(one.app) for one in made]
    assert len({app.instance for app in found}) == 2
    assert len({app.address for app in found}) == 2
    with stage.ctx.unit_of_work(stage.city.people["office-admin"]) as uow:
        secrets = uow.secrets.of_owners([app.id for app in found])
    assert len({secret.owner_id for secret in secrets}) == 2
