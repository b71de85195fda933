"""A full sync writes behind its reading: in lots, in order, to the end, and what goes wrong there is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudctl.domain.errors import Unreachable
from cloudctl.domain.inventory import Source
from cloudctl.services import syncs
from tests.factories import Installed, installation
from tests.seeds import CLOUD
from tests.unit.services.test_syncs import JOB, health, provider, rows, stock, sync


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installation(tmp_path_factory.mktemp("writing")) as made:
        stock(made, 12)
        yield made


def by_pages(city: Installed, monkeypatch: pytest.MonkeyPatch, size: int, *, broken_after: int | None = None) -> None:
    """The cloud answers in pages of this size, and breaks off after so many of them."""
    inventory = provider(city).inventory
    things = [thing for page in type(inventory).full(inventory) for thing in page]

    def full() -> Iterator[Any]:
        for number, start in enumerate(range(0, len(things), size)):
            if number == broken_after:
                raise Unreachable("x", effect_unknown=False)
            yield things[start : start + size]

    monkeypatch.setattr(inventory, "full", full)


@pytest.mark.parametrize("lot", [1, 4, 5, 1000])
def test_whatever_the_lots_everything_is_written_once(
    city: Installed, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    monkeypatch.setattr(syncs, "LOT", lot)
    by_pages(city, monkeypatch, 3)
    done = sync(city)
    assert (done.state, done.objects, done.changed) == ("clean", done.objects, done.objects)
    assert len(rows(city)) == 12
    again = sync(city)
    assert (again.objects, again.changed) == (done.objects, 0)


@pytest.mark.parametrize("lot", [1, 1000])
def test_what_was_read_before_it_broke_off_is_written(
    city: Installed, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    monkeypatch.setattr(syncs, "LOT", lot)
    by_pages(city, monkeypatch, 3, broken_after=2)
    done = sync(city)
    assert (done.state, done.objects, done.changed) == ("partial", 6, 6)
    found = city.read(lambda uow: list(uow.inventory.of(CLOUD)))
    assert len(found) == 6
    again = sync(city)  # the same six, unchanged: it answered, and broke off
    assert (again.state, again.objects, again.changed) == ("partial", 6, 0)
    assert health(city)[CLOUD] == "stale"


def test_pages_without_news_open_no_transaction_of_their_own(city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    by_pages(city, monkeypatch, 1)
    sync(city)
    written = []
    write = syncs._Reading._write

    def counted(reading: Any, news: Any, seen: int, source: Source, actors: Any = None) -> None:
        written.append((len(news), seen))
        write(reading, news, seen, source, actors)

    monkeypatch.setattr(syncs._Reading, "_write", counted)
    done = sync(city)
    assert written == [(0, done.objects)]


def test_a_write_that_fails_ends_the_sync_and_the_next_is_whole(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncs, "LOT", 1)
    by_pages(city, monkeypatch, 3)
    write = syncs._Reading._write
    calls = []

    def failing(reading: Any, *given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("the disk is full")
        write(reading, *given)

    with monkeypatch.context() as patched:
        patched.setattr(syncs._Reading, "_write", failing)
        syncs.ask(city.ctx, city.people["operator"], CLOUD)
        with pytest.raises(OSError, match="full"):
            syncs.run_due(city.ctx, JOB, CLOUD)
    assert health(city)[CLOUD] == "stale"
    assert sync(city).state == "clean"
    assert len(rows(city)) == 12
