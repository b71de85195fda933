"""A list that is far too short, from a cloud that says that it is all: it is not believed, unless somebody does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cloudctl.domain.syncs import SyncMode
from cloudctl.providers.simulated.backend.objects import Kind
from cloudctl.services import syncs
from tests.factories import Installed, installation
from tests.seeds import CLOUD
from tests.unit.services.test_syncs import JOB, health, provider, rows, stock, sync


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("short")) as made:
        stock(made, 50)
        sync(made)
        yield made


def lists(city: Installed, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """The cloud lists a part of its servers, and ends as if that were all."""
    inventory = provider(city).inventory
    whole = list(type(inventory).full(inventory))
    things = [thing for page in whole for thing in page]
    others = [thing for thing in things if thing.kind != Kind.SERVER]
    servers = [thing for thing in things if thing.kind == Kind.SERVER]
    monkeypatch.setattr(inventory, "full", lambda: iter([[*others, *servers[: int(len(servers) * share)]]]))


def misses(city: Installed) -> set[int]:
    return {row.misses for row in rows(city).values()}


def test_a_clean_list_of_less_than_half_makes_nothing_missing(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = sync(city).objects
    lists(city, monkeypatch, 0.1)
    for _ in range(4):
        done = sync(city)
        assert (done.state, done.missing) == ("partial", 0)
        assert done.error is not None
        assert f"{done.objects} of {everything} objects" in done.error["en"]
        assert f"cloudctl syncs run {CLOUD} --believe" in done.error["en"]
    assert (misses(city), health(city)[CLOUD]) == ({0}, "stale")
    monkeypatch.undo()
    assert sync(city).state == "clean"
    assert health(city)[CLOUD] == "fresh"


def test_a_list_of_nothing_is_an_answer_too_short_and_not_no_answer(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider(city).inventory, "full", lambda: iter(()))
    assert (sync(city).state, health(city)[CLOUD], misses(city)) == ("partial", "stale", {0})


def test_half_or_a_few_may_well_be_gone(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    lists(city, monkeypatch, 0.6)
    assert [sync(city).missing for _ in range(3)] == [0, 0, 20]
    assert len([row for row in rows(city).values() if row.state == "missing"]) == 20


def test_who_believes_it_does_so_once(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    lists(city, monkeypatch, 0.1)
    assert sync(city).state == "partial"
    operator = city.people["operator"]
    syncs.ask(city.ctx, operator, CLOUD)
    asked = syncs.ask(city.ctx, operator, CLOUD, believed=True)
    assert (asked.mode, asked.believed) == (SyncMode.FULL, True)
    assert syncs.ask(city.ctx, operator, CLOUD).believed
    done = syncs.run_due(city.ctx, JOB, CLOUD)
    assert done is not None
    assert (done.id, done.state, done.missing) == (asked.id, "clean", 0)
    assert city.audited(action="update/sync")[-1]["after"] == {"cloud": CLOUD, "mode": "full", "believed": True}
    # What it did not see has a miss now: the next list is measured by what that one saw.
    assert [sync(city).missing for _ in range(2)] == [0, 45]


def test_no_share_believes_every_list(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    rhythm = replace(city.ctx.limits.rhythm, short_percent=0)
    monkeypatch.setattr(type(city.ctx), "limits", replace(city.ctx.limits, rhythm=rhythm), raising=False)
    lists(city, monkeypatch, 0.1)
    assert sync(city).state == "clean"
