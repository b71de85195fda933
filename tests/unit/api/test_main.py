from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from api.main import create_app
from tests.unit.api.client import Client
from tests.unit.api.conftest import City


def test_a_request_id_comes_back_and_a_bad_one_is_replaced(city: City) -> None:
    assert city.client.get("/healthz", x_request_id="trace-1").headers["x-request-id"] == "trace-1"
    assert city.client.get("/healthz", x_request_id="a b").headers["x-request-id"] != "a b"


def test_a_lifespan_wraps_the_applications_life(city: City) -> None:
    happened: list[str] = []

    @asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:
        happened.append("start")
        yield
        happened.append("stop")

    with Client(create_app(city.installation.context, lifespan=working)) as client:
        assert client.get("/healthz").status == 200
        assert happened == ["start"]
    assert happened == ["start", "stop"]


def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(city.installation.context)

    def halves() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the database went away")

    app.add_api_route("/halves", lambda: StreamingResponse(halves()))
    with Client(app) as client, pytest.raises(RuntimeError, match="went away"):
        client.get("/halves", x_request_id="r-half")
    assert "request r-half broke off" in caplog.text


def test_a_caller_who_hangs_up_is_no_failure(city: City, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(city.installation.context)

    def gone() -> Iterator[bytes]:
        yield b"half"
        raise ClientDisconnect

    app.add_api_route("/gone", lambda: StreamingResponse(gone()))
    with Client(app) as client:
        assert client.get("/gone").body == b"half"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
