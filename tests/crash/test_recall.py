"""Decisions that race on both databases: a recall with the build's start, and two reviewers on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest

from cloudctl.bootstrap import App, build
from cloudctl.domain.errors import Conflict, Refused
from cloudctl.services import batches, decisions, deliveries
from tests.crash.city import approved, asked_by, build_items, found, settings_for
from tests.lab.postgres import PostgresServer

ROUNDS = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    url = f"sqlite:///{tmp_path / 'cloudctl.db'}"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("server")
        url = server.create_database()
    made = build(settings_for(url, tmp_path))
    made.prepare()
    found(made.context)
    yield made
    made.stop()


def test_recall_and_the_start_of_the_build_race(app: App) -> None:
    """Whoever has the order's lock first wins, and the other finds what was done."""
    for number in range(ROUNDS):
        order = approved(app.context, build_items(f"r{number}"))
        line = Barrier(2)

        def take_back() -> bool:
            line.wait()  # noqa: B023 - called within the round
            with suppress(Conflict):
                decisions.recall(app.context, asked_by("reviewer"), order.id, reason="x")  # noqa: B023
                return True
            return False

        def start() -> bool:
            line.wait()  # noqa: B023
            return deliveries.begin(app.context, order.id, order.attempt)  # noqa: B023

        with ThreadPoolExecutor(2) as pool:
            recalled, begun = [future.result(30) for future in (pool.submit(take_back), pool.submit(start))]
        assert recalled is not begun
        with app.context.unit_of_work(asked_by("reviewer")) as uow:
            now = uow.orders.get(order.id)
            planned = {resource.state for resource in uow.resources.of_order(order.id)}
        assert (now.state, planned) == (("in_review", set()) if recalled else ("provisioning", {"planned"}))


def test_a_recall_before_the_build_and_one_after_its_start(app: App) -> None:
    """Both orders of the two, one after the other."""
    first, second = (approved(app.context, build_items(name)) for name in ("one", "two"))
    decisions.recall(app.context, asked_by("reviewer"), first.id, reason="x")
    assert not deliveries.begin(app.context, first.id, first.attempt)
    again = decisions.approve(app.context, asked_by("reviewer"), first.id)
    assert not deliveries.begin(app.context, first.id, 1), "the saga of the recalled attempt builds nothing"
    assert deliveries.begin(app.context, first.id, again.attempt)
    assert deliveries.begin(app.context, second.id, second.attempt)
    with pytest.raises(Conflict, match="Too late"):
        decisions.recall(app.context, asked_by("reviewer"), second.id, reason="x")


def test_two_reviewers_reject_the_same_rows_and_each_row_is_decided_once(app: App) -> None:
    """The same orders in opposite order: nobody waits in a circle, and who comes second is told of each row."""
    made = [approved(app.context, build_items(f"t{number}")) for number in range(6)]
    for order in made:
        decisions.recall(app.context, asked_by("reviewer"), order.id, reason="x")
    rows = [batches.Row(order=order.number, reason="x") for order in made]
    line = Barrier(2)

    def reject(chosen: list[batches.Row]) -> batches.Report:
        line.wait()
        return batches.decide(app.context, asked_by("reviewer"), "reject", chosen)

    with ThreadPoolExecutor(2) as pool:
        reports = [future.result(60) for future in [pool.submit(reject, rows), pool.submit(reject, rows[::-1])]]
    done = sorted(outcome.number or "" for report in reports for outcome in report.outcomes if outcome.error is None)
    assert done == sorted(order.number for order in made)
    refused = [outcome.error for report in reports for outcome in report.outcomes if outcome.error is not None]
    assert [type(error) for error in refused] == [Refused] * len(made)
    with app.context.unit_of_work(asked_by("reviewer")) as uow:
        assert {uow.orders.get(order.id).state for order in made} == {"rejected"}
