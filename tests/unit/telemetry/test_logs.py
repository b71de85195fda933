from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cloudctl.secrets.redact import redact
from cloudctl.telemetry.logs import JsonFormatter, configure, order_of

ORDER = "01900000-0000-7000-8000-000000000001"
WORKFLOW: ContextVar[str | None] = ContextVar("workflow", default=None)
FIELDS = {"workflow": WORKFLOW.get, "order": lambda: order_of(WORKFLOW.get()), "worker": lambda: "w-1"}
log = logging.getLogger("cloudctl.test")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    written = io.StringIO()
    configure("INFO", JsonFormatter(FIELDS, redact), written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_its_ids(stream: io.StringIO) -> None:
    token = WORKFLOW.set(f"{ORDER}:2")
    log.info("built %s\nin %d s", "服务器", 3)
    WORKFLOW.reset(token)
    log.info("later")
    first, second = lines(stream)
    time = datetime.fromisoformat(first.pop("time"))
    assert time.utcoffset() == timedelta(0)
    assert first == {
        "level": "INFO", "logger": "cloudctl.test", "message": "built 服务器\nin 3 s",
        "workflow": f"{ORDER}:2", "order": ORDER, "worker": "w-1",
    }  # fmt: skip
    assert "order" not in second
    assert "服务器" in stream.getvalue()


def test_secrets_are_masked_in_message_arguments_extras_and_tracebacks(stream: io.StringIO) -> None:
    marker = "cctl_marker0123456789"
    try:
        int(f"refused token={marker}")
    except ValueError:
        log.exception("with %s", f"Bearer {marker}", extra={"password": marker, "headers": {"X-Auth-Token": marker}})
    (line,) = lines(stream)
    assert marker not in stream.getvalue()
    assert "ValueError: " in line["error"]
    assert "refused token=***" in line["error"]
    assert (line["password"], line["headers"]) == ("***", {"X-Auth-Token": "***"})


def test_what_json_does_not_have_becomes_text(stream: io.StringIO) -> None:
    log.info("x", extra={"item": UUID(ORDER), "raw": b"12345", "kinds": {"one"}, "deep": {1: [None, 2.5]}})
    (line,) = lines(stream)
    assert (line["item"], line["raw"], line["kinds"], line["deep"]) == (ORDER, "5 bytes", ["one"], {"1": [None, 2.5]})


def test_arguments_that_do_not_fit_cost_no_line() -> None:
    record = logging.makeLogRecord({"msg": "only %s", "args": ("one", "two")})
    assert json.loads(JsonFormatter({}, redact).format(record))["message"] == "only %s"


def test_below_the_level_nothing_is_written_and_configuring_again_replaces(stream: io.StringIO) -> None:
    log.debug("hidden")
    other = io.StringIO()
    configure("WARNING", JsonFormatter({}, redact), other)
    log.info("hidden")
    log.warning("shown")
    assert stream.getvalue() == ""
    assert [line["message"] for line in lines(other)] == ["shown"]


@pytest.mark.parametrize(("workflow", "order"), [(None, None), ("", None), (f"{ORDER}:1", ORDER), ("plain", "plain")])
def test_the_order_of_a_workflow(workflow: str | None, order: str | None) -> None:
    assert order_of(workflow) == order
