"""The same form sent twice at once, to a whole installation on PostgreSQL: one creates, the other is told clearly."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import func, select

from cloudctl.bootstrap import build
from cloudctl.domain.errors import UserError
from cloudctl.persistence.tables import imports as import_table
from cloudctl.persistence.tables import orders as order_table
from cloudctl.ports.context import Idempotency, Replayed, Request
from cloudctl.services import imports
from tests.factories import Installed
from tests.filled_forms import filled
from tests.lab.postgres import PostgresServer
from tests.seeds import Clock, populated, settings_for

AT_ONCE = 4


@pytest.fixture(scope="module")
def installed(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    directory, clock = tmp_path_factory.mktemp("uploads"), Clock()
    app = build(settings_for(directory, database_url=postgres.create_database()), clock=clock)
    try:
        yield Installed(app=app, clock=clock, directory=Path(directory), seed=populated(app, directory))
    finally:
        app.stop()


@pytest.fixture
def city(installed: Installed) -> Installed:
    return installed.apart()


def _once(account: UUID, key: str) -> Idempotency:
    return Idempotency(account_id=account, key=key, fingerprint=b"f" * 32, render=msgspec.json.encode)


def sent(city: Installed, data: bytes, keys: list[str | None], **options: Any) -> list[tuple[str, Any]]:
    """What each of them is answered, who send at the same moment: (kind, what)."""
    barrier = Barrier(len(keys))

    def one(key: str | None) -> tuple[str, Any]:
        request = city.people["officer"]
        account = request.actor.account_id
        assert account is not None
        once = None if key is None else _once(account, key)
        barrier.wait()
        try:
            with_key = Request(actor=request.actor, request_id=request.request_id, idempotency=once)
            return "taken", imports.take(city.ctx, with_key, data, **options)
        except Replayed as replayed:
            return "replayed", replayed.answer
        except UserError as error:
            return "refused", error

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(one, keys))


def count(city: Installed) -> tuple[int, int]:
    """Imports and orders of the city's department."""
    mine = city.ids["fgw"]
    with city.app.engines.read.connect() as connection:
        return tuple(  # type: ignore[return-value]
            connection.scalar(select(func.count()).select_from(table).where(table.c.department_id == mine))
            for table in (import_table, order_table)
        )


@pytest.mark.parametrize("submit", [False, True])
def test_the_same_file_at_once_is_taken_once_and_the_others_are_told_of_its_orders(
    city: Installed, submit: bool
) -> None:
    answers = sent(city, filled(city), [None] * AT_ONCE, submit=submit)
    (receipt,) = [what for kind, what in answers if kind == "taken"]
    refused = [what for kind, what in answers if kind == "refused"]
    assert len(refused) == AT_ONCE - 1
    for error in refused:
        assert error.message.startswith("This very file was imported on"), str(error)
        assert (error.field, error.params["orders"]) == ("body", receipt.orders[0].number)
    assert count(city) == (1, 1)


def test_the_same_key_at_once_is_answered_alike(city: Installed) -> None:
    answers = sent(city, filled(city), ["key"] * AT_ONCE)
    assert sorted(kind for kind, _ in answers) == ["replayed"] * (AT_ONCE - 1) + ["taken"]
    (receipt,) = [what for kind, what in answers if kind == "taken"]
    assert {what for kind, what in answers if kind == "replayed"} == {msgspec.json.encode(receipt)}
    assert count(city) == (1, 1)


def test_the_same_file_meant_again_by_all_is_taken_by_all(city: Installed) -> None:
    answers = sent(city, filled(city), [None] * AT_ONCE, again=True)
    assert [kind for kind, _ in answers] == ["taken"] * AT_ONCE
    assert count(city) == (AT_ONCE, AT_ONCE)
