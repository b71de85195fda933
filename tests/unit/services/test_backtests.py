"""A policy replayed over the platform's own past: by department, who came back, and what the owner had answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.clearings import Answer
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.purposes import Purpose
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import backtests, campaigns, clearing_answers, clearing_rounds, purposes, systems
from cloudctl.services.backtests import Backtest
from tests.factories import installation
from tests.unit.services.measuring import Measured

USED = {"cpu": 40.0, "network_mib": 900.0, "logins": 12}


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Measured]:
    """Two servers of one system: one idle for 95 days, the other used again on the 46th day of these."""
    with installation(tmp_path) as city:
        made = Measured(city, count=2)
        made.live(100)
        made.tell(made.server("oa-1"), 95)
        other, last = made.server("oa-2"), made.last
        made.tell(other, 49, until=last, source="second")
        made.tell(other, 1, until=last - timedelta(days=49), source="second", **USED)
        made.tell(other, 45, until=last - timedelta(days=50), source="second")
        yield made


def replayed(measured: Measured, **more: object) -> Backtest:
    return backtests.backtest(measured.city.ctx, measured.city.people["office-admin"], **more)  # type: ignore[arg-type]


def test_who_would_have_been_hit_and_who_came_back(measured: Measured) -> None:
    found = replayed(measured)
    assert (found.policy, found.servers, found.asked, found.asked_in_vain) == ("default", 2, 2, 1)
    assert (found.switched_off, found.switched_off_wrongly, found.switched_off_unproven) == (1, 0, 0)
    idle, returned = found.cases
    first = measured.last - timedelta(days=94)
    assert (idle.department, idle.system, idle.server) == ("fgw", "oa", "oa-1")
    assert (idle.asked_on, idle.off_on, idle.came_back_on) == (
        first + timedelta(days=30), first + timedelta(days=60), None,
    )  # fmt: skip
    assert returned.server == "oa-2"
    assert returned.dismissed_on == returned.came_back_on == measured.last - timedelta(days=49)
    (department,) = found.departments
    assert (department.department, department.servers, department.asked) == ("fgw", 2, 2)
    assert (department.asked_in_vain, department.switched_off, department.against_answers) == (1, 1, 0)


def test_it_writes_nothing(measured: Measured) -> None:
    before = measured.city.ctx.queries.audit.page(None, {}, PageAsk(limit=500)).items
    assert replayed(measured) == replayed(measured)
    assert measured.city.ctx.queries.audit.page(None, {}, PageAsk(limit=500)).items == before
    assert measured.city.read(lambda uow: list(uow.clearings.standing())) == []


def test_a_campaign_that_begins_later_and_a_day_that_has_not_come(measured: Measured) -> None:
    late = measured.last - timedelta(days=5)
    assert {case.asked_on for case in replayed(measured, since=late).cases} == {late}
    with pytest.raises(Invalid) as refused:
        replayed(measured, since=measured.last + timedelta(days=30))
    assert (refused.value.field, refused.value.way_out) == ("since", "Give a past day.")


def test_a_declared_purpose_is_heard(measured: Measured) -> None:
    purposes.declare(
        measured.city.ctx, measured.city.people["officer"],
        system_id=measured.system, purpose=Purpose.STANDBY, reason="同城备机",
    )  # fmt: skip
    assert replayed(measured).cases == []


def test_what_the_owner_had_answered_stands_beside_it(tmp_path: Path) -> None:
    with installation(tmp_path) as city:
        idle = Measured(city)
        idle.live(100)
        idle.tell(idle.server("oa-1"), 95)
        systems.update(city.ctx, city.people["officer"], idle.system, {"user_count": 3})
        idle.scan()
        campaigns.start(city.ctx, city.people["reviewer"], title="年度清理", policy="default")
        (case,) = city.read(lambda uow: list(uow.clearings.standing()))
        clearing_rounds.advance(city.ctx, platform("job:clearings"))
        until = idle.today + timedelta(days=90)
        clearing_answers.answer(
            city.ctx, city.people["officer"], case.id, answer=Answer.KEEP, reason="年底使用", until=until
        )
        found = replayed(idle)
    (told,) = found.cases
    assert (told.answered, told.against_answers) == (Answer.KEEP, True)
    assert found.against_answers == found.departments[0].against_answers == 1


def test_who_may_not_and_what_is_not_there(measured: Measured) -> None:
    with pytest.raises(Forbidden):
        backtests.backtest(measured.city.ctx, measured.city.people["officer"])
    with pytest.raises(Invalid) as refused:
        replayed(measured, policy="mild")
    assert refused.value.field == "policy"
    assert refused.value.params["known"] == "default"
