"""What the rules propose, what a person decides, and when a postponement ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.assessments import Disposition
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import assessments, systems
from tests.factories import installation
from tests.unit.services.migrating import Migrating

MANY = PageAsk(limit=500)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Migrating]:
    with installation(tmp_path) as city:
        yield Migrating(city)


def propose(town: Migrating) -> assessments.Proposed:
    return assessments.propose(town.city.ctx, town.city.people["office-admin"])


def listed(town: Migrating, who: Any = None) -> dict[str, Any]:
    return {row.system: row for row in town.city.ctx.queries.assessments.page(who, {}, MANY).items}


def test_the_rules_propose_with_their_reasons_and_decide_nothing(town: Migrating) -> None:
    town.system("zombie", verdict=None, declared_zombie=True)
    town.system("later", verdict=None, postponement_reason="行业统建", postponed_until=town.today + timedelta(days=90))
    town.system("there", verdict=None, status="on_platform")
    town.system("plain", verdict=None)
    found = propose(town)
    rows = listed(town)
    assert {code: row.proposed for code, row in rows.items()} == {
        "zombie": "retire", "later": "postpone", "there": "keep", "plain": "rehost", "oa": "rehost", "ys": "rehost",
    }  # fmt: skip
    assert {row.verdict for row in rows.values()} == {None}
    assert {row.state for row in rows.values()} == {"proposed"}
    assert "declares it a zombie" in rows["zombie"].grounds[0].reason["en"]
    assert "行业统建" in rows["later"].grounds[0].reason["zh_CN"]
    assert (found.verdicts, found.silent, found.changed) == (
        {"keep": 1, "postpone": 1, "rehost": 3, "retire": 1}, 0, 6,
    )  # fmt: skip


def test_a_duplicate_is_proposed_to_be_merged_into_the_one_that_stays(town: Migrating) -> None:
    same = {"name": "协同办公系统", "contract_number": "HT-2024-11", "check_url": "http://oa.fgw.gov/login"}
    town.system("oa-old", verdict=None, user_count=10, **same)
    town.system("oa-new", verdict=None, user_count=900, **same)
    propose(town)
    rows = listed(town)
    assert (rows["oa-old"].proposed, rows["oa-old"].grounds[0].successor) == ("merge", "oa-new")
    assert rows["oa-new"].proposed == "rehost"


def test_proposing_again_changes_nothing_and_what_is_decided_is_left_alone(town: Migrating) -> None:
    key = town.system("a")
    propose(town)
    before = town.city.rows()
    assert propose(town).changed == 0
    assert town.city.rows() == before
    systems.update(town.city.ctx, town.city.people["officer"], key, {"declared_zombie": True})
    systems.update(town.city.ctx, town.city.people["officer"], town.city.ids["oa"], {"declared_zombie": True})
    assert propose(town).changed == 1
    rows = listed(town)
    assert (rows["a"].verdict, rows["a"].state, rows["a"].proposed) == ("rehost", "decided", None)
    assert rows["oa"].proposed == "retire"


def test_a_decision_is_on_record_with_who_why_and_what_it_takes(town: Migrating) -> None:
    key = town.system("a", verdict=None)
    found = town.decide(key, Disposition.REHOST, vcpu=64, memory_mib=131072)
    assert (found.state, found.verdict, found.decided_by) == ("decided", "rehost", town.city.ids["office-admin"])
    (event,) = town.city.audited(action="update/assessment")
    assert event["reason"]
    town.plan()
    assert town.waves()[1].vcpu == 64


BAD: list[tuple[dict[str, Any], str]] = [
    ({"verdict": Disposition.POSTPONE}, "until"),
    ({"verdict": Disposition.KEEP, "until": timedelta(days=1)}, "until"),
    ({"verdict": Disposition.POSTPONE, "until": timedelta(days=-1)}, "until"),
    ({"verdict": Disposition.MERGE}, "successor"),
    ({"verdict": Disposition.KEEP, "successor": "oa"}, "successor"),
    ({"verdict": Disposition.MERGE, "successor": "a"}, "successor"),
    ({"verdict": Disposition.MERGE, "successor": "nothing"}, "successor"),
    ({"verdict": Disposition.REHOST, "vcpu": -1}, "vcpu"),
]


@pytest.mark.parametrize(("given", "field"), BAD)
def test_a_decision_that_cannot_be_names_the_field_and_changes_nothing(
    town: Migrating, given: dict[str, Any], field: str
) -> None:
    key = town.system("a", verdict=None)
    if "until" in given:
        given = given | {"until": town.today + given["until"]}
    before = town.city.rows()
    with pytest.raises(Invalid) as told:
        town.decide(key, **given)
    assert told.value.field == field
    assert told.value.way_out
    assert town.city.rows() == before


def test_a_circle_of_mergers_is_refused_and_named(town: Migrating) -> None:
    a, b, c = (town.system(code) for code in "abc")
    town.decide(a, Disposition.MERGE, successor="b")
    town.decide(b, Disposition.MERGE, successor="c")
    with pytest.raises(Conflict) as told:
        town.decide(c, Disposition.MERGE, successor="a")
    assert told.value.params["circle"] == "c -> a -> b -> c"


def test_who_decides_and_what_a_stranger_sees(town: Migrating) -> None:
    key, city = town.system("a"), town.city
    for login in ("officer", "reviewer", "operator", "auditor"):
        with pytest.raises(Forbidden):
            assessments.decide(city.ctx, city.people[login], key, verdict=Disposition.KEEP, reason="r")
    with pytest.raises(Invalid):
        assessments.decide(city.ctx, platform("test"), key, verdict=Disposition.KEEP, reason="r")
    found = city.read(lambda uow: uow.assessments.of_system(key))
    assert assessments.get(city.ctx, city.people["officer"], found.id).id == found.id
    with pytest.raises(NotFound):
        assessments.get(city.ctx, city.people["stranger"], found.id)
    assert listed(town, city.ids["czj"]) == {}
    assert set(listed(town, city.ids["fgw"])) == {"a"}
    with pytest.raises(Stale):
        town.decide(key, Disposition.KEEP, expected_version=found.version + 1)


def test_a_postponement_that_has_ended_is_due_and_told(town: Migrating) -> None:
    key, city = town.system("a", verdict=None), town.city
    town.decide(key, Disposition.POSTPONE, until=town.today + timedelta(days=10))
    job = city.ctx, platform("job")
    city.clock.move(days=10)
    assert assessments.lapse(*job) == 0
    city.clock.move(days=1)
    assert assessments.lapse(*job) == 1
    assert assessments.lapse(*job) == 0
    assert listed(town)["a"].state == "due"
    told = [row for row in city.ctx.queries.notices.page(None, {}, MANY).items if row.template == "postponement_ended"]
    assert len(told) >= 3  # the officer, the head, the office
    assert propose(town).verdicts["rehost"] >= 1
    town.decide(key, Disposition.REHOST)
    town.plan()
    assert town.wave_of() == {"a": 1}
