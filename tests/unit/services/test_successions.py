"""Systems merged into others: what follows, what refuses it, and what the record shows afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.assessments import Disposition
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.register import standing_at
from cloudctl.services import exemptions, successions, systems
from tests.factories import installation
from tests.unit.services.migrating import Migrating


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Migrating]:
    with installation(tmp_path) as city:
        yield Migrating(city)


def merge(town: Migrating, key: UUID, into: str, **more: Any) -> Any:
    office = town.city.people["office-admin"]
    return successions.merge(town.city.ctx, office, key, **{"into": into, "reason": "功能重复"} | more)


def refused(town: Migrating, key: UUID, into: str, **more: Any) -> Any:
    before = town.city.rows()
    with pytest.raises((Conflict, Invalid, NotFound)) as told:
        merge(town, key, into, **more)
    assert town.city.rows() == before
    return told.value


def pairs(town: Migrating) -> set[tuple[str, str]]:
    code = {row["id"]: code for code, row in town.city.read(lambda uow: uow.systems.on_record()).items()}
    graph = town.city.read(lambda uow: uow.dependencies.graph())
    return {(code[one], code[on]) for one, needed in graph.items() for on in needed}


def test_everything_follows_and_the_system_stays_on_record(town: Migrating) -> None:
    city = town.city
    order = city.delivered(city.build_items(disks=1, address=True))
    new = town.system("new")
    exemptions.grant(
        city.ctx, city.people["office-admin"], rule="term-long", department_id=city.ids["fgw"],
        system_id=city.ids["oa"], reason="r", ends_on=town.today,
    )  # fmt: skip
    merged = merge(town, city.ids["oa"], "new")
    assert (merged.status, merged.merged_into_id, merged.status_on) == ("merged", new, town.today)
    assert {resource.system_id for resource in city.resources(order).values()} == {new}
    assert city.order(order.id).system_id == new
    assert {one.system_id for one in city.read(lambda uow: uow.exemptions.in_force(city.ids["fgw"], uow.now))} == {new}
    assert city.read(lambda uow: uow.systems.by_code("oa")).id == city.ids["oa"]
    (event,) = city.audited(action="update/system-merge")
    assert event["reason"]


def test_dependencies_follow_once_each_and_none_leads_to_itself(town: Migrating) -> None:
    new, old, app, base = (town.system(code) for code in ("new", "old", "app", "base"))
    for one, on in ((app, old), (app, new), (old, base), (new, old)):
        town.needs(one, on)
    merge(town, old, "new")
    assert pairs(town) == {("app", "new"), ("new", "base")}


def test_a_circle_that_a_merger_closes_moves_together(town: Migrating) -> None:
    a, b, c = (town.system(code) for code in "abc")
    town.needs(a, b)
    town.needs(b, c)
    merge(town, c, "a")
    assert pairs(town) == {("a", "b"), ("b", "a")}
    town.plan()
    assert town.wave_of() == {"a": 1, "b": 1}
    assert "together" in town.move(a).words[-1]["en"]


def test_the_register_as_of_a_day_before_shows_it_standing(town: Migrating) -> None:
    old = town.system("old")
    town.system("new")
    day = town.today
    town.city.clock.move(days=3)
    merge(town, old, "new")
    register = town.city.ctx.queries.register
    then = {row.code: row for row in register.systems(standing_at(day), "all")}
    now = {row.code: row for row in register.systems(standing_at(town.today), "all")}
    assert (then["old"].status, then["old"].merged_into_id) == ("in_use", None)
    assert (now["old"].status, now["old"].status_on) == ("merged", town.today)


def test_the_same_merger_again_changes_nothing(town: Migrating) -> None:
    old = town.system("old")
    town.system("new")
    merge(town, old, "new")
    before = town.city.rows()
    assert merge(town, old, "new").status == "merged"
    assert town.city.rows() == before


def test_what_refuses_a_merger_names_the_way_out(town: Migrating) -> None:
    a, b, c = (town.system(code) for code in "abc")
    assert refused(town, a, "a").field == "into"
    assert refused(town, a, "nothing").field == "into"
    assert refused(town, a, "b", reason=" ").field == "reason"
    merge(town, b, "c")
    assert refused(town, a, "b").params["successor"] == "c"  # b is merged itself: its heir is named
    assert refused(town, b, "a").params["successor"] == "c"  # it was merged otherwise already
    assert refused(town, c, "b").params["successor"] == "c"  # into what was merged into it: a circle
    systems.update(town.city.ctx, town.city.people["officer"], a, {"status": "retired", "status_on": town.today})
    assert refused(town, c, "a").field == "into"
    assert isinstance(refused(town, a, "c"), Conflict)  # the retired one cannot be merged either


def test_only_the_office_merges_and_a_stranger_sees_no_lineage(town: Migrating) -> None:
    old, city = town.system("old"), town.city
    town.system("new")
    for login in ("officer", "head", "operator", "auditor"):
        with pytest.raises(Forbidden):
            successions.merge(city.ctx, city.people[login], old, into="new", reason="r")
    merge(town, old, "new")
    with pytest.raises(NotFound):
        successions.lineage(city.ctx, city.people["stranger"], old)


def test_the_line_of_successors_is_kept(town: Migrating) -> None:
    a, b, c = (town.system(code) for code in "abc")
    town.system("d")
    merge(town, a, "b")
    merge(town, b, "c")
    merge(town, town.system("e"), "c")
    ask = town.city.ctx, town.city.people["officer"]
    found = successions.lineage(*ask, a)
    assert [one.code for one in found.successors] == ["b", "c"]
    assert [one.code for one in successions.lineage(*ask, c).merged] == ["a", "b", "e"]
    assert b


def test_another_departments_resources_are_named_and_stay(town: Migrating) -> None:
    city = town.city
    city.delivered(city.build_items())
    town.system("theirs", owner="stranger")
    told = refused(town, city.ids["oa"], "theirs")
    assert "oa-1" in told.params["resources"]
    assert "transfers create" in told.way_out
    empty = town.system("empty")
    assert merge(town, empty, "theirs").status == "merged"


def test_a_merged_system_leaves_its_wave_and_counts_as_decided(town: Migrating) -> None:
    old = town.system("old")
    town.system("new")
    town.plan()
    merge(town, old, "new")
    assert town.wave_of() == {"new": 1}
    found = town.city.read(lambda uow: uow.assessments.of_system(old))
    assert (found.verdict, found.state) == (Disposition.MERGE, "decided")
    town.city.clock.move(days=1)
    assert town.plan().standings["retiring"] == 1
