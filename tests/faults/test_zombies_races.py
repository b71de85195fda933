"""Two campaigns begun at the same moment, each from a program of its own, on either database: a system has one case."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from cloudctl.bootstrap import App
from cloudctl.domain.errors import Conflict
from cloudctl.governance.zombies.nominations import STANDS
from cloudctl.services import campaigns
from cloudctl.services.campaigns import Planned
from tests.faults.databases import BOTH, another, installed_on
from tests.unit.services.clearing_city import Town

PROGRAMS = 4
PATIENCE_S = 60
LOOKS_S = 0.2


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str | None:
    """The address of the database; None is SQLite."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres").create_database()


@pytest.fixture
def town(url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town whose idle system has its verdict."""
    with installed_on(url, tmp_path) as city:
        made = Town(city, monkeypatch)
        made.verdict()
        yield made


@pytest.fixture
def programs(town: Town, url: str | None) -> Iterator[list[App]]:
    """Each with connections of its own, as the processes of the office's people have."""
    found = [another(town.city, url) for _ in range(PROGRAMS)]
    yield found
    for app in found:
        app.stop()


@pytest.mark.parametrize("named", [True, False])
def test_of_campaigns_begun_at_once_one_has_the_case_and_the_others_say_whose_it_is(
    town: Town, programs: list[App], named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named, it is refused to the others; else theirs take on nobody. Who has looked takes his time to write."""
    looked = campaigns._lines

    def slowly(*given: Any) -> Any:
        found = looked(*given)
        time.sleep(LOOKS_S)
        return found

    monkeypatch.setattr(campaigns, "_lines", slowly)
    outcomes = at_once(town, programs, [town.city.ids["oa"]] if named else [])
    (case,) = town.standing()
    campaign = town.city.read(lambda uow: uow.campaigns.get(case.campaign_id))
    started = [each for each in outcomes if isinstance(each, Planned)]
    (winner,) = [each for each in started if each.taken]
    assert winner.campaign is not None
    assert winner.campaign.id == case.campaign_id
    told = [each.params for each in outcomes if isinstance(each, Conflict)]
    told += [line.params for each in started for line in each.lines if line.message == STANDS]
    assert told == [{"number": case.number, "campaign": campaign.number}] * (PROGRAMS - 1)
    assert len(started) == (1 if named else PROGRAMS)
    numbers = [each.campaign.number for each in started if each.campaign is not None]
    assert len(set(numbers)) == len(numbers)
    assert len(town.city.read(lambda uow: list(uow.campaigns.standing()))) == len(started)


def at_once(town: Town, programs: list[App], wanted: list[UUID]) -> list[Planned | Conflict]:
    """What each program says to a campaign."""
    ready = Barrier(len(programs))

    def begin(app: App) -> Planned | Conflict:
        ready.wait(PATIENCE_S)
        try:
            return campaigns.start(
                app.context, town.city.people["reviewer"], title="年度清理", policy="default", systems=wanted
            )  # fmt: skip
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(programs)) as pool:
        return list(pool.map(begin, programs))
